import { describe, expect, it } from 'vitest';
import type { Case } from './faults/cases.js';
import { changedBench, ways } from './faults/changed-bench.js';

/** What a function is trusted with stays, unless a request says something of it: it may be an operator's wish. */
const differInTrust = (one: Case, other: Case) =>
  [one, other].every(({ name }) => name.startsWith('hw_veb macvtap'));

/** The guest's tap. One that is there is taken for the hypervisor's by a plug that does not make it itself, with its port. */
const isGuestTap = (thing: string) => thing.endsWith(' tapac3e2f74-81') && !thing.startsWith('filter');

describe.each(ways.map((before) => [before.name, before] as const))('a VIF plugged as %s', (_, before) => {
  it.each(
    ways
      .filter((after) => after !== before && !differInTrust(before, after))
      .map((after) => [after.name, after] as const),
  )('and then as %s is plugged in that way alone', async (_, after) => {
    const [changed, fresh] = [changedBench(before, after), changedBench(before, after)];
    await fresh.driver.plug(after.request);
    await changed.driver.plug(before.request);
    await changed.driver.plug(after.request);
    const wanted = fresh.marked();
    const found = changed.marked().filter((thing) => wanted.includes(thing) || !isGuestTap(thing));
    expect(found).toEqual(wanted);
  });
});
