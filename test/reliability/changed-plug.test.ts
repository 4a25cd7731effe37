import { describe, expect, it } from 'vitest';
import { sampled } from '../thorough.js';
import type { Case } from './faults/cases.js';
import { changedBench, ways } from './faults/changed-bench.js';

/** What a function is trusted with stays, unless a request says something of it: it may be an operator's wish. */
const differInTrust = (one: Case, other: Case) =>
  [one, other].every(({ name }) => name.startsWith('hw_veb macvtap'));

/** The guest's tap. One that is there is taken for the hypervisor's by a plug that does not make it itself, with its port. */
const isGuestTap = (thing: string) => thing.endsWith(' tapac3e2f74-81') && !thing.startsWith('filter');

describe.each(ways.map((before) => [before.name, before] as const))('a VIF plugged as %s', (_, before) => {
  const others = ways.filter((after) => after !== before && !differInTrust(before, after));
  it.each(sampled(others, 2).map((after) => [after.name, after] as const))(
    'and then as %s is plugged in that way alone',
    async (_, after) => {
      const [changed, fresh] = [changedBench(before, after), changedBench(before, after)];
      await fresh.driver.plug(after.request);
      await changed.driver.plug(before.request);
      await changed.driver.plug(after.request);
      const wanted = fresh.marked();
      const found = changed.marked().filter((thing) => wanted.includes(thing) || !isGuestTap(thing));
      expect(found).toEqual(wanted);
    },
  );
});

describe('a VIF in two forms at once', () => {
  const form = (name: string): Case => {
    const found = ways.find((way) => way.name === name);
    if (!found) throw new Error(name);
    return found;
  };
  const after = form('tap');
  /** What these leave is found through their requests alone. */
  const forms = ['bridge, filtered', 'macvtap, VLAN', 'hw_veb direct'].map(form);
  const wanted = async (before: Case) => {
    const fresh = changedBench(before, after);
    await fresh.driver.plug(after.request);
    return fresh.marked();
  };

  it.each(forms.map((before) => [before.name, before] as const))(
    '%s and tap, in one call: is plugged in the second alone',
    async (_, before) => {
      const bench = changedBench(before, after);
      const given = [before.request, after.request, before.request, after.request];
      const results = await bench.driver.plugAll(given);
      expect(results.map(({ ok }) => ok)).toEqual(given.map(() => true));
      expect(bench.marked()).toEqual(await wanted(before));
    },
  );

  it.each(forms.map((before) => [before.name, before] as const))(
    '%s and tap, in two calls: an unplug of the second leaves nothing of the first',
    async (_, before) => {
      const bench = changedBench(before, after);
      await bench.driver.plug(before.request);
      await Promise.all([bench.driver.plug(after.request), bench.driver.plug(before.request)]);
      await Promise.all([bench.driver.plug(before.request), bench.driver.unplug(after.request)]);
      await bench.driver.unplug(after.request);
      expect(bench.marked()).toEqual([]);
    },
  );
});
