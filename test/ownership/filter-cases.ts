import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planless } from '../reliability/changed-ways.js';
import { A, B, C, filtered, nameOf, tap } from './requests.js';
import type { Site } from './site.js';

const tapA = nameOf('tap', A);

const otherVif = (id: string) => ({ code: 'OWNED_BY_OTHER_VIF', message: expect.stringContaining(id) });

const inCapitals = ({ vif, ...request }: ReturnType<typeof filtered>) => {
  return { ...request, vif: { ...vif, id: vif.id.toUpperCase() } };
};

/** Whose the filters of guests are, on a host that is opened for each case. */
export function filterCases(open: () => Promise<Site>): void {
  let site: Site;
  beforeEach(async () => {
    site = await open();
  });
  afterEach(() => site.close());

  describe('the filters of guests', () => {
    const [one, other] = ['192.0.2.1', '192.0.2.2'];

    it.each([
      ['whose ids begin alike', filtered(A, one), filtered(B, other)],
      ['with the same tap', filtered(A, one, 'tap17'), filtered(C, other, 'tap17')],
    ])('of two VIFs %s: the second is refused, and the first untouched', async (_, first, second) => {
      const driver = await site.driver();
      await driver.plug(first);
      const before = { [first.vif.devname]: { addresses: [one], vifId: A } };
      await expect(driver.plug(second)).rejects.toMatchObject({ cause: otherVif(A), undoFailures: [] });
      const { steps } = await driver.plan(second);
      expect(steps.flatMap(({ blocked }) => blocked ?? [])[0]).toMatchObject(otherVif(A));
      const { differences } = await driver.check(second);
      expect(differences.flatMap((each) => each.differences)).toContainEqual({
        attribute: 'vif',
        expected: second.vif.id,
        actual: A,
      });
      const { changes, left } = await driver.unplug(second);
      expect(changes).toEqual([]);
      expect(left).toEqual([{ kind: 'guestFilterAbsent', name: first.vif.devname, vifId: A }]);
      expect(await site.filters()).toEqual(before);
      expect((await driver.check(first)).differences).toEqual([]);
      const results = await driver.plugAll([second, first]);
      expect(results.map(({ ok }) => ok)).toEqual([false, true]);
      await driver.unplug(first);
      expect(await site.filters()).toEqual({});
      await driver.plug(second);
      expect(await site.filters()).toMatchObject({ [first.vif.devname]: { vifId: second.vif.id } });
    });

    it('of two VIFs that get one tap in one call: it is no different', async () => {
      const driver = await site.driver();
      const results = await driver.plugAll([filtered(A, one, 'tap17'), filtered(C, other, 'tap17')]);
      expect(results).toMatchObject([{ ok: true }, { error: { cause: otherVif(A) } }]);
      expect(await site.filters()).toEqual({ tap17: { addresses: [one], vifId: A } });
    });

    it('stay with their VIFs when the taps of these move on in one call', async () => {
      const driver = await site.driver();
      await driver.plugAll([filtered(A, one, 'tap1'), filtered(C, other, 'tap2')]);
      const moved = [filtered(A, one, 'tap2'), filtered(C, other, 'tap3')];
      expect(await driver.plugAll(moved)).toMatchObject([{ error: { cause: otherVif(C) } }, { ok: true }]);
      const rest = { tap3: { addresses: [other], vifId: C } };
      expect(await site.filters()).toEqual({ tap1: { addresses: [one], vifId: A }, ...rest });
      await driver.plugAll(moved);
      expect(await site.filters()).toEqual({ tap2: { addresses: [one], vifId: A }, ...rest });
    });

    it.each([
      ['without a firewall', ({ firewall: _, ...request }: ReturnType<typeof filtered>) => request],
      ['of another type', (request: ReturnType<typeof filtered>) => tap(A, request.vif.devname)],
      ['of another tap', () => filtered(A, one, 'tap18')],
      ['with its id in capitals', inCapitals],
      ['that Neutron failed to bind', planless['that Neutron failed to bind']],
    ])('go with an unplug by a request %s', async (_, change) => {
      const driver = await site.driver();
      await driver.plugAll([filtered(A, one, 'tap17'), filtered(C, other)]);
      // An unplug that has something else to do must find the filter, too.
      await site.makeTap('tap17');
      await driver.unplug(change?.(filtered(A, one, 'tap17')));
      expect(await site.filters()).toEqual({ [nameOf('tap', C)]: { addresses: [other], vifId: C } });
    });

    it('go with a plug by a request without a firewall', async () => {
      const driver = await site.driver();
      const { firewall: _, ...request } = filtered(A, one);
      await driver.plug(filtered(A, one));
      await driver.plug(request);
      expect(await site.filters()).toEqual({});
    });

    it('are marked again by plug, reported by check until then, and found by gc then', async () => {
      const driver = await site.driver();
      await driver.plug(filtered(A, one));
      const before = await site.filters();
      await site.unmarkFilter(tapA);
      expect((await driver.check(filtered(A, one))).differences).toEqual([
        {
          kind: 'guestFilter',
          name: tapA,
          differences: [{ attribute: 'comment', expected: A, actual: null }],
        },
      ]);
      expect(await driver.gc({ keep: 'none', dryRun: true })).toEqual([]);
      await driver.plug(filtered(A, one));
      expect(await site.filters()).toEqual(before);
      expect((await driver.plug(filtered(A, one))).changes).toEqual([]);
      await driver.gc({ keep: [C] });
      expect(await site.filters()).toEqual({});
    });

    it('go with an unplug none the less when they have lost their mark', async () => {
      const driver = await site.driver();
      await driver.plug(filtered(A, one));
      await site.unmarkFilter(tapA);
      await driver.unplug(filtered(A, one));
      expect(await site.filters()).toEqual({});
    });
  });
}
