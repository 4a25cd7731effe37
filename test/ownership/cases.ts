import type { ChangeResult, Settled } from '@vifkit/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otherwise, planless } from '../reliability/changed-ways.js';
import { A, B, C, D, direct, nameOf, otherVf, ovs, representor, tap } from './requests.js';
import type { Site } from './site.js';

/** The names of a hybrid VIF's links. */
const linksOf = (id: string) => ['qbr', 'qvb', 'qvo'].map((prefix) => nameOf(prefix, id));
const [qvo, tapA] = [nameOf('qvo', A), nameOf('tap', A)];

const otherVif = (id: string) => ({ code: 'OWNED_BY_OTHER_VIF', message: expect.stringContaining(id) });

/** What was written, or is to be: kinds and names. */
const told = (changes: readonly { readonly kind: string; readonly name: string }[]) =>
  changes.map(({ kind, name }) => `${kind} ${name}`);

/** Whose things are, on a host that is opened for each case. */
export function ownershipCases(open: () => Promise<Site>): void {
  let site: Site;
  beforeEach(async () => {
    site = await open();
  });
  afterEach(() => site.close());

  const state = async () => ({ links: await site.links(), ports: await site.ports() });
  const portNames = async () => Object.keys(await site.ports()).sort();

  describe('two VIFs with the same names', () => {
    it.each([
      ['hybrid ports whose ids begin alike', ovs(A, true), ovs(B, true)],
      ['taps of one name', tap(A, 'tap17'), tap(C, 'tap17')],
      ['a tap, and a port with its tap', tap(A, 'tap17'), direct(C, { create_tap: true }, 'tap17')],
      ['a port with its tap, and a tap', direct(A, { create_tap: true }, 'tap17'), tap(C, 'tap17')],
    ])('%s: the second is refused, and the first untouched', async (_, first, second) => {
      const driver = await site.driver();
      await driver.plug(first);
      const before = await state();
      await expect(driver.plug(second)).rejects.toMatchObject({ cause: otherVif(A), undoFailures: [] });
      expect(await state()).toEqual(before);
      const { steps } = await driver.plan(second);
      expect(steps.flatMap(({ blocked }) => blocked ?? [])[0]).toMatchObject(otherVif(A));
      expect(
        (await driver.check(second)).differences.flatMap(({ differences }) => differences),
      ).toContainEqual({
        attribute: 'vif',
        expected: second.vif.id,
        actual: A,
      });
      const { changes, left = [] } = await driver.unplug(second);
      expect(changes).toEqual([]);
      expect(left).not.toEqual([]);
      for (const each of left) expect(each).toMatchObject({ vifId: A });
      expect(await state()).toEqual(before);
      expect((await driver.check(first)).differences).toEqual([]);
      expect(await driver.unplug(first)).not.toHaveProperty('left');
      expect(await state()).toEqual({ links: {}, ports: {} });
    });

    it.each([
      ['hybrid ports whose ids begin alike', ovs(A, true), ovs(B, true)],
      ['taps of one name', tap(A, 'tap17'), tap(C, 'tap17')],
    ])('%s: in one call it is no different', async (_, first, second) => {
      const driver = await site.driver();
      const [one, other] = await driver.plugAll([first, second]);
      expect(one).toHaveProperty('value');
      expect(other).toMatchObject({ error: { cause: otherVif(A) } });
      expect((await driver.check(first)).differences).toEqual([]);
    });

    it('in two calls at once, one of them wins, and the other names it', async () => {
      const calls = [ovs(A, true), ovs(B, true)].map(async (request): Promise<Settled<ChangeResult>[]> => {
        const driver = await site.driver();
        return driver.plugAll([request]);
      });
      const results = (await Promise.all(calls)).flat();
      const winner = results.findIndex((result) => 'value' in result);
      expect(results[1 - winner]).toMatchObject({ error: { cause: otherVif(winner === 0 ? A : B) } });
    });
  });

  describe('one VIF is plugged in one way', () => {
    it('a hybrid one that is plugged directly leaves nothing of the other way', async () => {
      const driver = await site.driver();
      await driver.plug(ovs(A, true));
      const direct = ovs(A, false);
      const { differences } = await driver.check(direct);
      expect(told(differences).sort()).toEqual([
        `linkAbsent ${nameOf('qbr', A)}`,
        `linkAbsent ${nameOf('qvb', A)}`,
        `linkAbsent ${qvo}`,
        `ovsPortAbsent ${qvo}`,
      ]);
      expect((await driver.plan(direct)).steps.map(({ step }) => step.kind)).toContain('ovsPortAbsent');
      await driver.plug(direct);
      expect(await state()).toEqual({ links: {}, ports: {} });
      expect((await driver.check(direct)).differences).toEqual([]);
    });

    it.each<[string, object]>([
      ['a port for libvirt’s tap', { create_port: true }],
      ['a port with its tap', { create_tap: true }],
    ])(
      '%s goes when the VIF is plugged by way of a Linux bridge, and the other way round',
      async (_, profile) => {
        const driver = await site.driver();
        await driver.plug(direct(A, profile));
        await driver.plug(ovs(A, true));
        expect(await portNames()).toEqual([qvo]);
        expect(Object.keys(await site.links()).sort()).toEqual(linksOf(A));
        expect((await driver.check(ovs(A, true))).differences).toEqual([]);
        await driver.plug(direct(A, profile));
        expect(await site.ports()).toEqual({ [tapA]: { bridge: 'br-int', interfaceId: A, vifId: A } });
        expect(Object.keys(await site.links())).toEqual('create_tap' in profile ? [tapA] : []);
      },
    );

    it('a tap by itself goes when the VIF becomes a hybrid one, and nothing of another VIF', async () => {
      const driver = await site.driver();
      await driver.plugAll([tap(A, tapA), ovs(C, true)]);
      await driver.plug(ovs(A, true));
      expect(Object.keys(await site.links()).sort()).toEqual([...linksOf(A), ...linksOf(C)].sort());
      await driver.plug(tap(A, tapA));
      expect(Object.keys(await site.links()).sort()).toEqual([...linksOf(C), tapA].sort());
    });

    it('keeps the guest’s tap, which is the hypervisor’s, and joins it to its bridge', async () => {
      const driver = await site.driver();
      await driver.plug(ovs(A, true));
      await site.makeTap(tapA);
      expect(told((await driver.check(ovs(A, true))).differences)).toEqual([`link ${tapA}`]);
      await driver.plug(ovs(A, true));
      expect(Object.keys(await site.links())).toContain(tapA);
      expect((await driver.check(ovs(A, true))).differences).toEqual([]);
    });

    it('the row of a representor goes once that has another name', async () => {
      await (await site.driver({ representor: 'eth2' })).plug(representor(A));
      expect(await portNames()).toEqual(['eth2']);
      const driver = await site.driver({ representor: 'enp3s0r0' });
      expect(told((await driver.check(representor(A))).differences)).toContain('ovsPortAbsent eth2');
      await driver.plug(representor(A));
      expect(await site.ports()).toEqual({ enp3s0r0: { bridge: 'br-int', interfaceId: A, vifId: A } });
    });

    it('a bridge of its own goes with its patch ports', async () => {
      const ways = [await site.driver({ perPortBridge: true }), await site.driver()] as const;
      const request = direct(A, { create_tap: true });
      await ways[0].plug(request);
      expect(await site.bridges()).toHaveLength(2);
      await ways[1].plug(request);
      expect(await site.ports()).toEqual({ [tapA]: { bridge: 'br-int', interfaceId: A, vifId: A } });
      expect(await site.bridges()).toEqual(['br-int']);
    });

    it('a port that moves to another bridge is a new port there', async () => {
      const request = direct(A, { create_tap: true });
      await (await site.driver()).plug(request);
      await site.setTag(tapA, 5);
      const driver = await site.driver({ perPortBridge: true });
      await driver.plug(request);
      const { [tapA]: port } = await site.ports();
      expect(port).toMatchObject({ bridge: nameOf('pb', A), vifId: A });
      expect(port).not.toHaveProperty('tag');
      expect((await driver.check(request)).differences).toEqual([]);
    });
  });

  describe('a representor that another VIF has left', () => {
    it('is taken over and marked anew, and neither gc nor the other’s unplug touches it then', async () => {
      const driver = await site.driver({ representor: 'eth2' });
      await driver.plug(representor(A));
      expect((await driver.check(representor(C))).differences).not.toEqual([]);
      await driver.plug(representor(C));
      const plugged = { eth2: { bridge: 'br-int', interfaceId: C, vifId: C } };
      expect(await site.ports()).toEqual(plugged);
      expect(await driver.gc({ keep: [C] })).toMatchObject([{ value: { id: A, isForgotten: true } }]);
      const { left = [] } = await driver.unplug(representor(A));
      expect(left).toContainEqual({ kind: 'ovsPortAbsent', name: 'eth2', vifId: C });
      expect(await site.ports()).toEqual(plugged);
      expect((await driver.check(representor(A))).differences).not.toEqual([]);
      await driver.unplug(representor(C));
      expect(await site.ports()).toEqual({});
    });
  });

  describe('representors that have other names after a reboot', () => {
    const requests = [representor(A), representor(C, otherVf)] as const;
    const plugged = (first: string, second: string) => ({
      [first]: { bridge: 'br-int', interfaceId: A, vifId: A },
      [second]: { bridge: 'br-int', interfaceId: C, vifId: C },
    });

    it.each([
      ['shifted', 'eth3', 'eth4', requests],
      ['shifted, in the other order', 'eth3', 'eth4', requests.toReversed()],
      ['swapped', 'eth3', 'eth2', requests],
      ['swapped, in the other order', 'eth3', 'eth2', requests.toReversed()],
    ])('are the ports of their VIFs again after one call: %s', async (_, first, second, those) => {
      const before = await site.driver({ representor: 'eth2', otherRepresentor: 'eth3' });
      await before.plugAll(requests);
      expect(await site.ports()).toEqual(plugged('eth2', 'eth3'));
      const driver = await site.driver({ representor: first, otherRepresentor: second });
      for (const result of await driver.plugAll(those)) expect(result).toHaveProperty('value');
      expect(await site.ports()).toEqual(plugged(first, second));
      for (const request of requests) expect((await driver.check(request)).differences).toEqual([]);
    });
  });

  describe('what a request names, but is the host’s', () => {
    it.each<[string, string, () => Promise<void>]>([
      ['an uplink', 'up0', () => site.makeBridge('up0').then(() => site.addPort('up0', ''))],
      ['an internal port', 'mgmt0', () => site.addPort('mgmt0', 'internal')],
      ['a tunnel', 'vx0', () => site.addPort('vx0', 'vxlan')],
      ['the local port of a bridge', 'br-int', async () => {}],
    ])('%s is refused by a plug, and left by the unplug', async (_, name, make) => {
      await make();
      const before = [await site.bridges(), await site.ports()];
      const driver = await site.driver();
      const request = direct(A, { create_port: true }, name);
      await expect(driver.plug(request)).rejects.toMatchObject({ code: 'PLUG_FAILED' });
      // In userspace, an internal port is a tap that ovs-vswitchd has open.
      const { changes, left } = await driver.unplug(request, { force: true });
      expect([changes, left]).toEqual([[], [{ kind: 'ovsPortAbsent', name, vifId: null }]]);
      expect([await site.bridges(), await site.ports()]).toEqual(before);
    });
  });

  describe('private bridges whose names are equal because the ids begin alike', () => {
    const [first, second] = [
      direct(A, { create_tap: true }, 'vnet1'),
      direct(D, { create_tap: true }, 'vnet2'),
    ];

    it('the second is refused, and the first untouched', async () => {
      const driver = await site.driver({ perPortBridge: true });
      await driver.plug(first);
      const before = await state();
      const { steps } = await driver.plan(second);
      expect(steps.flatMap(({ blocked }) => blocked ?? [])[0]).toMatchObject(otherVif(A));
      await expect(driver.plug(second)).rejects.toMatchObject({ cause: otherVif(A), undoFailures: [] });
      await driver.unplug(second);
      expect(await state()).toEqual(before);
    });

    it('in one call it is no different', async () => {
      const driver = await site.driver({ perPortBridge: true });
      const [one, other] = await driver.plugAll([first, second]);
      expect(one).toHaveProperty('value');
      expect(other).toMatchObject({ error: { cause: otherVif(A) } });
    });
  });

  describe('a representor that goes from VIF to VIF', () => {
    it('is a new port to the next one, and stays up when the first is unplugged', async () => {
      const driver = await site.driver({ representor: 'eth2' });
      await driver.plug(representor(A));
      await site.setTag('eth2', 7);
      await driver.plug(representor(C));
      expect((await site.ports()).eth2).toEqual({ bridge: 'br-int', interfaceId: C, vifId: C });
      await driver.unplug(representor(A));
      expect(await site.isUp('eth2')).toBe(true);
      await driver.unplug(representor(C));
      expect((await site.ports()).eth2).toBeUndefined();
    });
  });

  describe('an unplug by a request that has changed', () => {
    const ways = Object.entries({ ...planless, ...otherwise });
    const subjects = [
      ['a hybrid port', ovs(A, true)],
      ['a port with its tap', direct(A, { create_tap: true })],
      ['a tap of another name', tap(A, 'tap17')],
    ] as const;

    it.each(subjects)(
      'removes all that carries the mark of %s, and nothing of others',
      async (_, request) => {
        const driver = await site.driver();
        await driver.plug(ovs(C, true));
        const others = await state();
        for (const [name, change] of ways) {
          await driver.plug(request);
          await driver.unplug(change(request));
          expect(await state(), name).toEqual(others);
        }
      },
    );

    it('is refused as ever where nothing carries the mark', async () => {
      const driver = await site.driver();
      const { 'that Neutron failed to bind': change } = planless;
      await expect(driver.unplug(change?.(ovs(A, true)))).rejects.toMatchObject({
        code: 'UNSUPPORTED_VIF_TYPE',
      });
    });
  });

  it('a VIF is the same whatever the case of its id', async () => {
    const driver = await site.driver();
    const upper = (request: { readonly vif: object }) => ({
      ...request,
      vif: { ...request.vif, id: A.toUpperCase() },
    });
    for (const change of [upper(ovs(A, true)), upper(tap(A, 'tap17'))]) {
      await driver.plug(ovs(A, true));
      await driver.unplug(change);
      expect(await site.ports()).toEqual({});
      await driver.unplug(ovs(A, true));
    }
  });

  describe('what lacks our mark', () => {
    it('is reported by check, marked by plug, and found by gc then', async () => {
      const driver = await site.driver();
      await driver.plug(ovs(A, true));
      const before = await state();
      await site.unmarkPort(qvo);
      for (const name of linksOf(A)) await site.unmarkLink(name);
      const { differences } = await driver.check(ovs(A, true));
      expect(
        differences.map(({ name, differences }) => [name, differences.map((each) => each.attribute)]),
      ).toEqual([...linksOf(A).map((name) => [name, ['alias']]), [qvo, ['vifkit-vif']]]);
      expect(await driver.gc({ keep: 'none', dryRun: true })).toEqual([]);
      await driver.plug(ovs(A, true));
      expect(await state()).toEqual(before);
      expect((await driver.plug(ovs(A, true))).changes).toEqual([]);
      await driver.gc({ keep: [C] });
      expect(await state()).toEqual({ links: {}, ports: {} });
    });

    it('goes with an unplug none the less, as what os-vif has plugged', async () => {
      const driver = await site.driver();
      await driver.plug(ovs(A, true));
      await site.unmarkPort(qvo);
      for (const name of linksOf(A)) await site.unmarkLink(name);
      expect(await driver.unplug(ovs(A, true))).not.toHaveProperty('left');
      expect(await state()).toEqual({ links: {}, ports: {} });
    });
  });

  describe('a shared bridge of Open vSwitch that we made', () => {
    const onOwnBridge = (id: string) => direct(id, { create_tap: true }, nameOf('tap', id), 'br-made');

    it('stays while its local port has an address of the host, and goes else', async () => {
      const driver = await site.driver();
      await driver.plug(onOwnBridge(A));
      await site.giveAddress('br-made', '192.0.2.7/24');
      await driver.gc({ keep: 'none' });
      expect([await site.bridges(), await site.ports()]).toEqual([['br-int', 'br-made'], {}]);
    });

    it('goes with the last VIF', async () => {
      const driver = await site.driver();
      await driver.plug(onOwnBridge(A));
      await driver.gc({ keep: 'none' });
      expect(await site.bridges()).toEqual(['br-int']);
    });
  });
}
