import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  listLinks,
  makeVendorTools,
  type OpenVSwitch,
  requireOwnNetwork,
  type VendorTools,
} from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Breakage, type BreakingHelper, makeBreakingHelper } from './faults/breaking-helper.js';
import { KernelBench } from './faults/kernel-bench.js';
import { kernelCases, tools } from './faults/kernel-cases.js';
import { startSwitch } from './faults/kernel-switch.js';
import { type Ending, goOnInTurn, plugThrough } from './faults/outcome.js';
import { Tally } from './faults/tally.js';

requireOwnNetwork();

const execute = promisify(execFile);
const tally = new Tally('`ip`, /proc/sys and names that are taken');

let ovs: OpenVSwitch;
let vendors: VendorTools;
let helper: BreakingHelper;

beforeAll(async () => {
  ovs = await startSwitch();
  helper = await makeBreakingHelper();
  vendors = await makeVendorTools();
  for (const [name, script] of Object.entries(tools)) await vendors.put(name, script);
});
afterAll(async () => {
  await vendors?.close();
  await helper?.close();
  await ovs?.stop();
  tally.print();
});

/** Milliseconds for a call in which `ip` hangs, and for one in which it does not. */
const [SHORT, LONG] = [1_500, 20_000];

/** What happens, how the plug ends then, and at which of the lines it is tried: a hang takes its time. */
const breakages: readonly [Breakage, Ending, every: number][] = [
  ['dies', 'well', 1],
  ['dies twice', 'LINK_COMMAND_FAILED', 3],
  ['is not permitted', 'LINK_COMMAND_FAILED', 4],
  ['hangs', 'TIMEOUT', 4],
];

const names = [
  'tap, addressed',
  'bridge, uplink with addresses',
  'ovs hybrid',
  'midonet',
  'vhostuser fast path on Open vSwitch',
];

/** Those of them that write to /proc/sys. */
const writesSettings = ['ovs hybrid'];

describe.each(kernelCases.filter(({ name }) => names.includes(name)))('$name', (of) => {
  let bench: KernelBench;

  beforeEach(async () => {
    bench = await KernelBench.open(of, ovs, { rootHelper: helper.argv });
    await bench.driver.plug(of.request); // what it changes about br-int stays changed
    await bench.driver.unplug(of.request);
    await bench.prepare();
  });
  afterEach(() => bench?.close());

  /** Plugs once, and tells how many lines and settings that takes. */
  async function measure() {
    await helper.heal();
    await bench.driver.plug(of.request);
    const told = await helper.heal();
    await bench.driver.unplug(of.request);
    await bench.prepare();
    return told;
  }

  async function plugBroken(where: string, turn: number, timeout: number): Promise<Ending> {
    const before = await bench.state();
    let isBroken = false;
    const ending = await plugThrough(bench, before, where, timeout, async () => {
      ({ isBroken } = await helper.heal());
    });
    expect(isBroken, where).toBe(true);
    tally.note(of.name, where, await goOnInTurn(bench, turn, where));
    await bench.prepare();
    return ending;
  }

  it.each(breakages)(
    'is as before, or as asked, when `ip` %s at any line',
    async (breakage, ending, every) => {
      const { lines } = await measure();
      expect(lines).toBeGreaterThan(0);
      for (let line = 1; line <= lines; line += every) {
        await helper.breakAt(line, breakage);
        const where = `\`ip\` ${breakage} at line ${line}`;
        expect(await plugBroken(where, line, breakage === 'hangs' ? SHORT : LONG), where).toBe(ending);
      }
      tally.judge(of.name);
    },
  );

  it('is as before when a file below /proc/sys cannot be written', async () => {
    const { settings } = await measure();
    expect(settings > 0).toBe(writesSettings.includes(of.name));
    if (settings === 0) return;
    for (let setting = 1; setting <= settings; setting++) {
      await helper.breakSetting(setting);
      expect(await plugBroken(`setting ${setting}`, setting, LONG)).toBe('LINK_COMMAND_FAILED');
    }
    tally.judge(of.name);
  });

  it('leaves alone what somebody else puts under its names meanwhile', async () => {
    await bench.driver.plug(of.request);
    const bare = new Set(Object.keys(bench.bare));
    const names = listLinks().filter((name) => !bare.has(`link ${name}`));
    await bench.driver.unplug(of.request);
    for (const name of names) {
      for (const kind of ['bridge', 'tap'] as const) {
        for (let handing = 0; ; handing++) {
          await bench.prepare();
          let isTaken = false;
          bench.host.meanwhile(handing, async () => {
            isTaken = await take(name, kind);
          });
          const where = `a ${kind} ${name}, before handing ${handing}`;
          const error = await bench.driver.plug(of.request).catch((reason: unknown) => reason);
          const { struck } = bench.host;
          bench.host.inject();
          if (struck && isTaken) {
            if (error instanceof Error) expect(await bench.things(), where).toEqual([`link ${name}`]);
            expect(listLinks(), where).toContain(name);
            await execute('ip', ['link', 'delete', 'dev', name]);
            tally.note(of.name, where, await goOnInTurn(bench, handing, where));
          } else {
            await bench.driver.unplug(of.request);
            break;
          }
        }
      }
    }
    tally.judge(of.name);
  });
});

/** Makes a link of another's. Answers false if there is one of the name already. */
async function take(name: string, kind: 'bridge' | 'tap'): Promise<boolean> {
  if (listLinks().includes(name)) return false;
  const making =
    kind === 'tap'
      ? ['tuntap', 'add', 'dev', name, 'mode', 'tap']
      : ['link', 'add', 'name', name, 'type', 'bridge'];
  await execute('ip', making);
  return true;
}
