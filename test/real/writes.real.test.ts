import { fileURLToPath } from 'node:url';
import {
  netlinkWrites,
  type OpenVSwitch,
  type OvsdbCounter,
  requireOwnNetwork,
  startOpenVSwitch,
  startOvsdbCounter,
  traceProgram,
} from '@vifkit/testkit/bed';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hybrid } from './requests.js';

requireOwnNetwork();

const program = fileURLToPath(new URL('../../packages/cli/bin/vif.js', import.meta.url));

/** Many ports of one call. */
const many = Array.from({ length: 200 }, (_, i) => {
  const id = `${i.toString(16).padStart(8, '0')}${hybrid.vif.id.slice(8)}`;
  return { ...hybrid, vif: { ...hybrid.vif, id, devname: `tap${id}`.slice(0, 14) } };
});

let ovs: OpenVSwitch;
let counter: OvsdbCounter;

/** Runs the command, and counts what it writes. */
async function run(operation: 'plug' | 'check' | 'unplug', requests: readonly unknown[]) {
  const options = ['--format', 'json', '--timeout', '100', '--ovsdb', counter.endpoint];
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const trace = await traceProgram([process.execPath, program, operation, ...options], input);
  expect(trace.exitCode, trace.stdout + trace.stderr).toBe(0);
  return {
    // ethtool takes one link at a time; a shell runs it for all.
    programs: trace.started.filter((each) => !each.includes('["ethtool"')).length,
    netlink: netlinkWrites(trace.netlink),
    settings: trace.settings.length,
    transactions: counter.writes,
    reads: counter.reads,
  };
}

const nothing = { netlink: 0, settings: 0, transactions: 0 };

beforeAll(async () => {
  ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  counter = await startOvsdbCounter(ovs.endpoint);
});
beforeEach(() => counter.reset());
afterAll(async () => {
  await counter?.stop();
  await ovs?.stop();
});

describe.each([
  // One of them for all of the ways to the network, which a plug looks at in the end.
  ['one hybrid port', many.slice(0, 1), 5],
  ['200 hybrid ports', many, 2],
])('%s', (_, requests, questions) => {
  it('take few programs and transactions to plug, however many they are', async () => {
    const { programs, netlink, transactions, reads } = await run('plug', requests);
    expect(reads).toBeLessThanOrEqual(questions);
    expect(programs).toBeLessThanOrEqual(6);
    expect(transactions).toBeGreaterThan(0);
    expect(transactions).toBeLessThanOrEqual(3);
    // A bridge and a veth pair to make, and each of the three links to set up.
    expect(netlink).toBeGreaterThanOrEqual(requests.length * 2);
    expect(netlink).toBeLessThanOrEqual(requests.length * 9);
  });

  it('take no write to plug again, nor to check', async () => {
    expect(await run('plug', requests)).toMatchObject(nothing);
    expect(await run('check', requests)).toMatchObject(nothing);
  });

  it('take few programs and transactions to unplug, and no write once they are gone', async () => {
    const { programs, transactions, reads } = await run('unplug', requests);
    expect(reads).toBeLessThanOrEqual(questions);
    expect(programs).toBeLessThanOrEqual(6);
    expect(transactions).toBeGreaterThan(0);
    expect(transactions).toBeLessThanOrEqual(3);
    counter.reset();
    expect(await run('unplug', requests)).toMatchObject(nothing);
  });
});
