import { Bench } from './bench.js';
import { type Case, cases } from './cases.js';

interface DryRun {
  readonly of: Case;
  readonly plugs: boolean;
  readonly unplugs: boolean;
  readonly makes: boolean;
}

/** What the calls for a VIF do on a bare host, if nothing goes wrong. */
async function runDry(of: Case): Promise<DryRun> {
  const bench = new Bench(of);
  const before = bench.memory.snapshot();
  await bench.driver.plug(of.request);
  const plugs = bench.host.handed.apply.length > 0;
  const { links, ovs } = bench.memory.snapshot();
  const isNew = (now: object, then: object) =>
    Object.keys(now).some((name) => !Object.hasOwn(then, name) && !Object.hasOwn(ovs.bridges, name));
  const makes = isNew(links, before.links) || isNew(ovs.ports, before.ovs.ports);
  bench.host.inject();
  await bench.driver.unplug(of.request);
  return { of, plugs, unplugs: bench.host.handed.apply.length > 0, makes };
}

const runs = await Promise.all(cases.map(runDry));
const those = (has: (run: DryRun) => boolean) => runs.filter(has).map(({ of }) => of);

// What there is to go wrong of each case: busy-cases.test.ts names those that have nothing of the kind.

/** Those whose plug carries out steps. */
export const plugging = those(({ plugs }) => plugs);
/** Those whose unplug does. */
export const unplugging = those(({ unplugs }) => unplugs);
/** Those whose plug makes links or ports, which are not bridges. */
export const making = those(({ makes }) => makes);
/** Those of them whose unplug removes some. */
export const removing = those(({ makes, unplugs }) => makes && unplugs);
