import { isVifError } from '@vifkit/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { A, C, direct, hybrid, nameOf, onBridge, ovs, tap } from './requests.js';
import type { Site } from './site.js';

const [tapA, qbr] = [nameOf('tap', A), nameOf('qbr', A)];

/** What is left of others' links, on a host that is opened for each case. */
export function linkCases(open: () => Promise<Site>): void {
  let site: Site;
  beforeEach(async () => {
    site = await open();
  });
  afterEach(() => site.close());

  const state = async () => ({ links: await site.links(), ports: await site.ports() });

  describe('a link with the VIF’s name that is somebody else’s', () => {
    it('is left by the unplug as it is refused by the plug if it has another alias', async () => {
      const driver = await site.driver();
      await site.makeTap('tapvpn');
      await site.setAlias('tapvpn', 'openvpn');
      await site.makeBridge(qbr);
      await site.setAlias(qbr, 'lab');
      const before = await state();
      for (const [name, request] of [
        ['tapvpn', tap(A, 'tapvpn')],
        [qbr, ovs(A, true)],
      ] as const) {
        await expect(driver.plug(request)).rejects.toMatchObject({ cause: { code: 'LINK_NOT_OURS' } });
        const { changes, left } = await driver.unplug(request);
        expect([changes, left]).toEqual([[], [{ kind: 'linkAbsent', name, vifId: null }]]);
        expect(await state()).toEqual(before);
      }
    });

    it('is left if it is a bridge that serves the host', async () => {
      const driver = await site.driver();
      await site.makeBridge('br0');
      await site.giveAddress('br0', '192.0.2.7/24');
      const before = await state();
      const refused = {
        cause: { code: 'LINK_NOT_OURS', message: expect.stringContaining('serves others (192.0.2.7/24)') },
      };
      await expect(driver.plug(hybrid(A, 'br0'))).rejects.toMatchObject(refused);
      const { changes, left } = await driver.unplug(hybrid(A, 'br0'));
      expect([changes, left]).toEqual([[], [{ kind: 'linkAbsent', name: 'br0', vifId: null }]]);
      expect(await state()).toEqual(before);
    });

    it('is left if it is a tap with an address, as that of a VPN', async () => {
      const driver = await site.driver();
      await site.makeTap('tap0');
      await site.giveAddress('tap0', '192.0.2.7/24');
      const before = await state();
      await expect(driver.plug(tap(A, 'tap0'))).rejects.toMatchObject({
        cause: { code: 'LINK_NOT_OURS', message: expect.stringContaining('serves others (192.0.2.7/24)') },
      });
      const { left } = await driver.unplug(tap(A, 'tap0'));
      expect(left).toEqual([{ kind: 'linkAbsent', name: 'tap0', vifId: null }]);
      expect((await driver.unplug(direct(A, {}, 'tap0'))).changes).toEqual([]);
      expect(await state()).toEqual(before);
    });

    it('is not connected in place of the guest’s if it has an address', async () => {
      const driver = await site.driver();
      await site.makeTap('tap0');
      await site.giveAddress('tap0', '192.0.2.7/24');
      const before = await state();
      const refused = {
        code: 'LINK_NOT_OURS',
        message: expect.stringContaining('has the address 192.0.2.7/24'),
      };
      for (const request of [onBridge(A, 'br-lab', {}, 'tap0'), direct(A, { create_port: true }, 'tap0')]) {
        const { steps } = await driver.plan(request);
        expect(steps).toContainEqual(expect.objectContaining({ blocked: expect.objectContaining(refused) }));
        await expect(driver.plug(request)).rejects.toMatchObject({ cause: refused });
        expect(await state()).toEqual(before);
      }
    });

    it('is left if it is a bridge with members of others, and is the VIF’s own without', async () => {
      const driver = await site.driver();
      await site.makeTap('tap17');
      await site.makeBridge('br0');
      await driver.plug(onBridge(C, 'br0', {}, 'tap17')); // joins the tap to the bridge
      expect((await site.links()).tap17).toMatchObject({ master: 'br0' });
      await expect(driver.plug(hybrid(A, 'br0'))).rejects.toMatchObject({
        cause: { code: 'LINK_NOT_OURS', message: expect.stringContaining('serves others (tap17)') },
      });
      await site.makeBridge('br1');
      await driver.plug(hybrid(A, 'br1'));
      for (const name of ['br1', nameOf('qvb', A), nameOf('qvo', A)]) await site.unmarkLink(name);
      await driver.unplug(hybrid(A, 'br1'));
      expect(Object.keys(await site.links()).sort()).toEqual(['br0', 'tap17']);
    });
  });

  describe('a tap that a guest has open', () => {
    it('stays and joins its bridge when the VIF is plugged as a hybrid one', async () => {
      const driver = await site.driver();
      await driver.plug(direct(A, { create_tap: true }));
      const close = await site.openTap(tapA);
      await driver.plug(hybrid(A));
      expect((await site.links())[tapA]).toMatchObject({ master: qbr });
      expect((await driver.check(hybrid(A))).differences).toEqual([]);
      await driver.plug(direct(A, { create_tap: true }));
      expect((await site.links())[tapA]).not.toHaveProperty('master');
      expect(Object.keys(await site.links())).toEqual([tapA]);
      expect((await driver.check(direct(A, { create_tap: true }))).differences).toEqual([]);
      await close();
    });

    it('refuses a plug that would remove it, and not an unplug by force', async () => {
      const driver = await site.driver();
      await driver.plug(tap(A, tapA));
      const close = await site.openTap(tapA);
      const before = await state();
      const changed = tap(A, 'tap18');
      const inUse = { code: 'VIF_IN_USE', message: expect.stringContaining(tapA) };
      await expect(driver.plug(changed)).rejects.toMatchObject({ cause: inUse, undoFailures: [] });
      const { steps } = await driver.plan(changed);
      expect(steps.map(({ blocked }) => blocked).filter((each) => isVifError(each))).toMatchObject([inUse]);
      expect(await state()).toEqual(before);
      await driver.unplug(changed, { force: true });
      await close();
      expect(await state()).toEqual({ links: {}, ports: {} });
    });

    it('is removed by a plug once it is idle', async () => {
      const driver = await site.driver();
      await driver.plug(tap(A, tapA));
      await (await site.openTap(tapA))();
      await driver.plug(tap(A, 'tap18'));
      expect(Object.keys(await site.links())).toEqual(['tap18']);
    });

    it('is not in use by another VIF of that name, whose unplug leaves it', async () => {
      const driver = await site.driver();
      await driver.plug(tap(A, 'tap17'));
      const close = await site.openTap('tap17');
      await expect(driver.plug(tap(C, 'tap17'))).rejects.toMatchObject({
        cause: { code: 'OWNED_BY_OTHER_VIF' },
      });
      expect(await driver.unplug(tap(C, 'tap17'))).toMatchObject({
        changes: [],
        left: [{ kind: 'linkAbsent', name: 'tap17', vifId: A }],
      });
      await expect(driver.unplug(tap(A, 'tap17'))).rejects.toMatchObject({ code: 'VIF_IN_USE' });
      await close();
    });
  });

  it('the links of a VIF go whichever way its id is written', async () => {
    const driver = await site.driver();
    const given = ovs(A, true);
    const upper = { ...given, vif: { ...given.vif, id: A.toUpperCase() } };
    for (const [first, second] of [
      [given, upper],
      [upper, given],
    ] as const) {
      await driver.plug(first);
      await driver.unplug(second);
      expect(await site.links()).toEqual({});
    }
  });
}
