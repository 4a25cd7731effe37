import { Deadline } from '@vifkit/engine/time';
import {
  type OpenVSwitch,
  type OvsdbCounter,
  requireOwnNetwork,
  startOpenVSwitch,
  startOvsdbCounter,
} from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OvsStep } from '../../src/openvswitch/changes.js';
import { OvsSwitch } from '../../src/openvswitch/open-vswitch.js';
import { OvsRunner } from '../../src/openvswitch/ovs-runner.js';
import { OvsdbClient } from '../../src/ovsdb/client.js';
import { tasksOf } from './steps.js';

requireOwnNetwork();

let ovs: OpenVSwitch;
let counter: OvsdbCounter;
let client: OvsdbClient;
let runner: OvsRunner;

beforeEach(async () => {
  ovs = await startOpenVSwitch({ dummy: true });
  await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=dummy');
  counter = await startOvsdbCounter(ovs.endpoint);
  client = new OvsdbClient({ endpoint: counter.endpoint });
  runner = new OvsRunner(new OvsSwitch(client, true));
});
afterEach(async () => {
  await client.close();
  await counter.stop();
  await ovs.stop();
});

/** Does steps as the engine would, and counts what the server was asked. */
async function run(steps: readonly OvsStep[]) {
  counter.reset();
  const signal = new Deadline(60_000).signal;
  const given = steps.map((step, i) => ({ step, vifId: `vif-${i}` }));
  const tasks = tasksOf(given, await runner.inspect(given, signal));
  const outcomes = tasks.length === 0 ? [] : await runner.apply(tasks, signal);
  expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([]);
  return { done: tasks.length, reads: counter.reads, writes: counter.writes };
}

describe.each([1, 100])('a process that lives on and plugs %i ports', (count) => {
  const plug = (round: number) =>
    Array.from({ length: count }, (_, i): OvsStep => {
      const externalIds = { 'iface-id': `i${i}`, round: `${round}` };
      return { kind: 'ovsPort', bridge: 'br0', name: `p${i}`, type: 'dummy', externalIds, wired: true };
    });
  const unplug = Array.from(
    { length: count },
    (_, i): OvsStep => ({ kind: 'ovsVifPortsAbsent', interfaceId: `i${i}` }),
  );

  it('asks whether it knows all once, and writes once what differs', async () => {
    await run([]); // connected, and the database copied
    for (const round of [1, 2]) {
      expect(await run(plug(round))).toEqual({ done: count, reads: 1, writes: 1 });
      expect(await run(plug(round))).toEqual({ done: 0, reads: 1, writes: 0 });
    }
    expect(await run(unplug)).toEqual({ done: count, reads: 1, writes: 1 });
    expect(await run(unplug)).toEqual({ done: 0, reads: 1, writes: 0 });
    expect(await ovs.vsctl('list-ports', 'br0')).toBe('');
  });

  it('is not disturbed by another that plugs the same ports at the same time', async () => {
    await run([]);
    const other = new OvsdbClient({ endpoint: ovs.endpoint });
    const theirs = new OvsRunner(new OvsSwitch(other, true));
    try {
      const signal = new Deadline(60_000).signal;
      const steps = plug(1).map((step, i) => ({ step, vifId: `vif-${i}` }));
      const tasks = tasksOf(steps, await runner.inspect(steps, signal));
      const both = await Promise.all([runner.apply(tasks, signal), theirs.apply(tasks, signal)]);
      expect(both.flat().flatMap(({ error }) => error ?? [])).toEqual([]);
    } finally {
      await other.close();
    }
    expect((await ovs.vsctl('list-ports', 'br0')).split('\n').filter(Boolean)).toHaveLength(count);
  });
});
