import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makeVendorTools, type OpenVSwitch, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KernelBench } from './faults/kernel-bench.js';
import { kernelCases, tools } from './faults/kernel-cases.js';
import { startSwitch } from './faults/kernel-switch.js';
import { type Ending, goOnInTurn, plugThrough } from './faults/outcome.js';
import { Tally } from './faults/tally.js';

requireOwnNetwork();

const tally = new Tally("Vendors' tools");

let ovs: OpenVSwitch;
let vendors: VendorTools;

beforeAll(async () => {
  ovs = await startSwitch();
  vendors = await makeVendorTools();
});
afterAll(async () => {
  await vendors?.close();
  await ovs?.stop();
  tally.print();
});

/** Milliseconds for a call in which a tool hangs, and for one in which it does not. */
const [SHORT, LONG] = [400, 20_000];

const misbehaviours: readonly [title: string, script: string, ending: Ending][] = [
  ['fails', 'exit 7', 'COMMAND_FAILED'],
  ['is killed', 'kill -9 $$', 'COMMAND_FAILED'],
  ['floods its output', 'exec yes', 'COMMAND_FAILED'],
  ['floods its error output', 'exec yes >&2', 'COMMAND_FAILED'],
  ['hangs', 'exec sleep 600', 'TIMEOUT'],
  ['hangs in a child', 'sleep 600', 'TIMEOUT'],
  ['ignores SIGTERM', "trap '' TERM; while :; do sleep 1; done", 'TIMEOUT'],
];

describe.each([
  ['mm-ctl', 'midonet', '--bind-port'],
  ['fp-vdev', 'vhostuser fast path on Open vSwitch', 'add'],
] as const)('%s', (tool, name, making) => {
  const [of] = kernelCases.filter((each) => each.name === name);
  if (!of) throw new Error(`There is no case ${name}`);
  let bench: KernelBench;

  beforeEach(async () => {
    await vendors.put(tool, tools[tool]);
    bench = await KernelBench.open(of, ovs);
    await bench.driver.plug(of.request); // what it changes about br-int stays changed
    await bench.driver.unplug(of.request);
    await bench.prepare();
  });
  afterEach(() => bench?.close());

  /** Whether the tool has noted that it made something. */
  const hasMade = () => {
    const [folder = ''] = String(process.env.PATH).split(delimiter);
    const { id } = of.request.vif as { readonly id: string };
    return [id, `tap${id}`.slice(0, 14)].some((each) => existsSync(join(folder, `${tool}.${each}`)));
  };

  it.each(misbehaviours)(
    'that %s leaves the host as before, whether it has done its work or not',
    async (...fault) => {
      const [title, script, ending] = fault;
      for (const done of [false, true]) {
        const misbehave = `case $1 in ${making}) ${script};; esac`;
        await vendors.put(tool, done ? `${tools[tool]}\n${misbehave}` : `${misbehave}\n${tools[tool]}`);
        const before = await bench.state();
        const where = `${tool} ${title}${done ? ' once done' : ''}`;
        const timeout = ending === 'TIMEOUT' ? SHORT : LONG;
        const came = await plugThrough(bench, before, where, timeout, () =>
          expect(hasMade(), where).toBe(false),
        );
        expect(came, where).toBe(ending);
        await vendors.put(tool, tools[tool]);
        tally.note(of.name, where, [
          ...(await goOnInTurn(bench, Number(done), where)),
          ...(hasMade() ? [tool] : []),
        ]);
      }
      tally.judge(of.name);
    },
  );

  it('that is missing leaves the host as before, and is named', async () => {
    await vendors.remove(tool);
    const before = await bench.state();
    expect(await plugThrough(bench, before, 'missing', LONG, () => {})).toBe('COMMAND_NOT_FOUND');
    await vendors.put(tool, tools[tool]);
    tally.note(of.name, `${tool} is missing`, await goOnInTurn(bench, 0, 'missing'));
    tally.judge(of.name);
  });
});
