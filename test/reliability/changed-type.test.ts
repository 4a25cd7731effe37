import { describe, expect, it } from 'vitest';
import { Bench } from './faults/bench.js';
import { type Case, cases } from './faults/cases.js';

/** One VIF of Open vSwitch, in the ways in which it may have been plugged, and may be unplugged. */
const ways = cases.filter(({ name }) =>
  ['ovs hybrid', 'ovs direct', 'ovs with port', 'ovs with port and tap', 'ovs bridge of its own'].includes(
    name,
  ),
);

/** A plug of a direct port makes nothing: libvirt does. */
const made = ways.filter(({ name }) => name !== 'ovs direct');

const pairs = made.flatMap((before) =>
  ways
    .filter((after) => after !== before)
    .map((after): [string, string, Case, Case] => [before.name, after.name, before, after]),
);

describe('a VIF whose type has changed', () => {
  it.each(pairs)(
    'plugged as %s and unplugged as %s leaves nothing of ours',
    async (_, _after, before, after) => {
      const bench = new Bench({ ...after, ...(before.options && { options: before.options }) });
      await bench.driver.plug(before.request);
      expect(bench.leftOvers()).not.toEqual([]);
      await bench.driver.unplug(after.request);
      expect(bench.leftOvers()).toEqual([]);
    },
  );
});
