import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeVendorTools, type OpenVSwitch, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KernelBench } from './faults/kernel-bench.js';
import { kernelCases, tools } from './faults/kernel-cases.js';
import { startSwitch } from './faults/kernel-switch.js';
import { type Ending, goOnInTurn, plugThrough } from './faults/outcome.js';
import { Tally } from './faults/tally.js';

requireOwnNetwork();

const execute = promisify(execFile);
const tally = new Tally('Servers of Open vSwitch');

let ovs: OpenVSwitch;
let vendors: VendorTools;

beforeAll(async () => {
  ovs = await startSwitch();
  vendors = await makeVendorTools();
  for (const [name, script] of Object.entries(tools)) await vendors.put(name, script);
});
afterAll(async () => {
  await vendors?.close();
  await ovs?.stop();
  tally.print();
});

/** Milliseconds for a call that is to fail, and for one that is to go well: ovs-vswitchd takes its time to come back. */
const [SHORT, LONG] = [600, 20_000];

/** What is done to a server, and how it is put right. */
interface ServerFault {
  readonly title: string;
  /** How a plug ends that it hits where it matters. */
  readonly ending: Ending;
  act(): unknown;
  heal(): unknown;
}

const control = (...command: readonly string[]) =>
  execute('ovs-appctl', ['-t', join(ovs.directory, 'ovsdb-server.ctl'), ...command]);
const signal = (daemon: 'server' | 'vswitchd', name: NodeJS.Signals) => {
  const { pid } = ovs[daemon];
  if (pid !== undefined) process.kill(pid, name);
};
const restart = async (daemon: 'server' | 'vswitchd') => {
  await ovs[daemon].stop();
  await ovs[daemon].start();
};

/** Puts a server right while the call, or its undoing, still waits for it. */
let recovery: Promise<unknown> = Promise.resolve();
const recoverLater = (recover: () => unknown) => {
  recovery = pause(2 * SHORT).then(recover);
};
const recovered = () => recovery;

const serverFaults: readonly ServerFault[] = [
  {
    title: 'ovsdb-server is killed, and restarted',
    ending: 'well',
    act: () => {
      signal('server', 'SIGKILL');
      return restart('server');
    },
    heal: () => {},
  },
  {
    title: 'ovsdb-server is stopped for longer than the call',
    ending: 'TIMEOUT',
    act: () => {
      signal('server', 'SIGSTOP');
      recoverLater(() => signal('server', 'SIGCONT'));
    },
    heal: recovered,
  },
  {
    title: 'ovsdb-server is killed, and comes back after the call',
    ending: 'TIMEOUT',
    act: () => {
      signal('server', 'SIGKILL');
      recoverLater(() => restart('server'));
    },
    heal: recovered,
  },
  {
    title: 'ovsdb-server ends, and starts again after the undoing',
    ending: 'TIMEOUT',
    act: async () => {
      await ovs.server.stop();
      await pause(50); // until that is known: of a transaction on its way it is not known whether it was made
    },
    heal: () => restart('server'),
  },
  {
    title: 'the database is read-only, and stays so',
    ending: 'OVSDB_ERROR',
    act: async () => {
      await control('ovsdb-server/set-active-ovsdb-server', `unix:${join(ovs.directory, 'nobody')}`);
      await control('ovsdb-server/connect-active-ovsdb-server');
    },
    heal: () => control('ovsdb-server/disconnect-active-ovsdb-server'),
  },
  {
    title: 'the database is read-only',
    ending: 'OVSDB_ERROR',
    act: async () => {
      await control('ovsdb-server/set-active-ovsdb-server', `unix:${join(ovs.directory, 'nobody')}`);
      await control('ovsdb-server/connect-active-ovsdb-server');
      recoverLater(() => control('ovsdb-server/disconnect-active-ovsdb-server'));
    },
    heal: recovered,
  },
  {
    title: 'ovs-vswitchd is stopped',
    ending: 'OVS_NOT_WIRED',
    act: () => signal('vswitchd', 'SIGSTOP'),
    heal: () => signal('vswitchd', 'SIGCONT'),
  },
  {
    title: 'ovs-vswitchd is killed',
    ending: 'OVS_NOT_WIRED',
    act: () => signal('vswitchd', 'SIGKILL'),
    heal: () => restart('vswitchd'),
  },
];

/** A host of one call asks the server each time; one that lives on watches what the server has. */
const subjects = [
  ['ovs hybrid', { reserve: false }],
  ['ovs hybrid', { reserve: true }],
  ['vhostuser fast path on Open vSwitch', { reserve: false }],
] as const;
const cases = subjects.flatMap(([wanted, options]) =>
  kernelCases.filter(({ name }) => name === wanted).map((of) => [of.name, options, of] as const),
);

describe.each(cases)('%s, %o', (_, options, of) => {
  let bench: KernelBench;
  let handings: number;

  beforeEach(async () => {
    bench = await KernelBench.open(of, ovs, options);
    await bench.driver.plug(of.request); // what it changes about br-int stays changed
    await bench.driver.unplug(of.request);
    bench.host.inject();
    await bench.driver.plug(of.request);
    handings = bench.host.handings;
    await bench.driver.unplug(of.request);
  });
  afterEach(() => bench?.close());

  it.each(serverFaults)('is plugged, or as before, when $title between its steps', async (fault) => {
    const endings = new Set<Ending>();
    for (let handing = 0; handing < handings; handing++) {
      await bench.prepare();
      const before = await bench.state();
      bench.host.meanwhile(handing, fault.act);
      const where = `${fault.title}, before handing ${handing}`;
      const timeout = fault.ending === 'well' ? LONG : SHORT;
      const ending = await plugThrough(bench, before, where, timeout, async () => {
        expect(bench.host.struck, where).toBe(true);
        await fault.heal();
      });
      endings.add(ending);
      tally.note(of.name, where, await goOnInTurn(bench, handing, where));
    }
    expect([...endings]).toContain(fault.ending);
    tally.judge(of.name);
  });
});
