import type { PlugError } from '@vifkit/engine';
import { expect, it } from 'vitest';
import { type Bench, titleOf } from './faults/bench.js';
import { changedBench, ways } from './faults/changed-bench.js';
import { applies, strike } from './faults/strike.js';

type MemorySnapshot = Omit<ReturnType<Bench['state']>, 'vendors'>;

/** Each removes what another form has, and keeps a part of some. */
const forms = ['tap', 'bridge', 'ovs hybrid', 'ovs with port and tap', 'ovs bridge of its own', 'macvtap'];

/** In memory, the link of an Open vSwitch bridge has an address at random; ovs-vswitchd derives it from its row. */
function withoutAddresses({ links, ovs, ...others }: MemorySnapshot) {
  const known = Object.entries(links).map(([name, link]) => {
    const { address, ...rest } = link;
    return [name, name in ovs.bridges ? rest : link];
  });
  return { ...others, ovs, links: Object.fromEntries(known) };
}

it.each(ways.map((before) => [before.name, before] as const))(
  'a VIF plugged as %s stays so when its plug in another form fails at the end',
  async (_, before) => {
    for (const after of ways.filter((each) => each !== before && forms.includes(each.name))) {
      const started = async () => {
        const bench = changedBench(before, after);
        await bench.driver.plug(before.request);
        bench.host.inject();
        return bench;
      };
      const rehearsal = await started();
      await rehearsal.driver.plug(after.request);
      const { apply: steps } = rehearsal.host.handed;
      const index = steps.length - 1;
      const step = steps[index];
      const way = { way: 'rejects', done: true } as const;
      if (!step || !applies(way, step)) continue; // nothing differs, or a tool did it
      const bench = await started();
      const { vendors: vendorsBefore, ...was } = bench.state();
      const { error } = await strike(bench, 'plug', [{ during: 'apply', index, step, ...way }]);
      const where = `as ${after.name}, ${titleOf(step)}`;
      expect((error as PlugError).undoFailures, where).toEqual([]);
      const { vendors, ...is } = bench.state();
      expect(withoutAddresses(is), where).toEqual(withoutAddresses(was));
      expect(vendorsBefore, where).toEqual(expect.arrayContaining(vendors));
    }
  },
);
