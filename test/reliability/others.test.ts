import { PlugError } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import type { LinkSpec } from '@vifkit/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { bare, damaged, plugged } from './faults/beginnings.js';
import { Bench } from './faults/bench.js';
import { making, removing } from './faults/busy-cases.js';
import type { Case } from './faults/cases.js';
import { goOn, nextCallOf } from './faults/go-on.js';
import { rejection } from './faults/strike.js';
import { Tally } from './faults/tally.js';

const tally = new Tally('What others do meanwhile, in memory');
afterAll(() => tally.print());

/** The other end of somebody else's veth pair. */
const THEIR_PEER = 'theirs0';

/** What somebody else does to the host between two steps of a call. */
interface Intrusion {
  readonly title: string;
  /** The names of links that are somebody else's from then on. */
  readonly theirs: readonly string[];
  act(bench: Bench): unknown;
}

const commit = ({ memory }: Bench, ...changes: Parameters<Bench['memory']['ovs']['commit']>[0]) =>
  memory.ovs.commit(changes, new Deadline(9_000).signal);

/** All that may come into being, or vanish, of a VIF's links and ports. */
async function intrusionsUpon(of: Case): Promise<Intrusion[]> {
  const before = new Bench(of).memory.snapshot();
  const { links, ovs } = (await Bench.plugged(of)).memory.snapshot();
  const names = Object.keys(links).filter((name) => !before.links[name] && !ovs.bridges[name]);
  const ports = Object.keys(ovs.ports).filter((name) => !before.ovs.ports[name] && !ovs.bridges[name]);
  const puts = (name: string, title: string, spec: Partial<LinkSpec>): Intrusion => ({
    title: `makes ${title} ${name}`,
    theirs: [name],
    act: ({ memory }) => {
      memory.links.kernel.remove(name);
      memory.links.kernel.put({ ...spec, name });
    },
  });
  return [
    ...names.flatMap((name): Intrusion[] => [
      puts(name, 'a dummy', { type: 'dummy' }),
      puts(name, 'one of the kind', {
        type: links[name]?.type ?? '',
        ...(links[name]?.peer && { peer: THEIR_PEER }),
      }),
      { title: `removes ${name}`, theirs: [], act: ({ memory }) => memory.links.kernel.remove(name) },
    ]),
    ...ports.flatMap((name): Intrusion[] => [
      {
        title: `removes port ${name}`,
        theirs: [],
        act: (bench) => commit(bench, { kind: 'removePort', owner: '', name, ifMarked: false }),
      },
    ]),
  ];
}

function linksOf({ memory }: Bench, names: readonly string[]) {
  const links = memory.links.snapshot();
  return names.map((name) => links[name]);
}

describe.each(making)('$name', (of) => {
  it('is plugged, or as before, whatever somebody else does meanwhile', async () => {
    const intrusions = await intrusionsUpon(of);
    for (const beginning of [bare(of), ...(await damaged(of))]) {
      for (const { title, theirs, act } of intrusions) {
        for (let handing = 0; ; handing++) {
          const bench = await beginning.start();
          const { host, driver } = bench;
          const before = bench.things();
          let there: ReturnType<typeof linksOf> = [];
          host.meanwhile(handing, async () => {
            await act(bench);
            there = linksOf(bench, theirs);
          });
          const error = await rejection(driver.plug(of.request));
          if (!host.struck) break;
          host.inject();
          const where = `${beginning.title}, somebody ${title} before handing ${handing}: ${error}`;
          if (error) {
            expect(error, where).toBeInstanceOf(PlugError);
            const named = theirs.flatMap((name) => [`link ${name}`, `link ${THEIR_PEER}`]);
            const added = bench.things().filter((thing) => !before.includes(thing) && !named.includes(thing));
            expect(added, where).toEqual([]);
            expect(linksOf(bench, theirs), where).toEqual(there);
          }
          for (const name of theirs) bench.memory.links.kernel.remove(name);
          tally.note(of.name, where, await goOn(bench, nextCallOf(handing), where));
        }
      }
    }
    tally.judge(of.name);
  });
});

describe.each(removing)('$name', (of) => {
  it('is unplugged, though somebody else removes what was to go, or puts another in its place', async () => {
    for (const { title, theirs, act } of await intrusionsUpon(of)) {
      for (let handing = 0; ; handing++) {
        const bench = await plugged(of).start();
        bench.host.meanwhile(handing, () => act(bench));
        const error = await rejection(bench.driver.unplug(of.request));
        if (!bench.host.struck) break;
        bench.host.inject();
        const where = `plugged, somebody ${title} before handing ${handing}: ${error}`;
        if (theirs.length === 0) expect(error, where).toBeUndefined();
        for (const name of theirs) bench.memory.links.kernel.remove(name);
        tally.note(of.name, where, await goOn(bench, nextCallOf(handing), where));
      }
    }
    tally.judge(of.name);
  });
});
