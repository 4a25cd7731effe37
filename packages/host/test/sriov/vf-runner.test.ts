import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VifError } from '@vifkit/core';
import type { Inspection } from '@vifkit/core/step-kinds';
import type { VfStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileVfJournal } from '../../src/records/vf-records.js';
import type { VfWrite } from '../../src/sriov/inspect-vf.js';
import { IpVfTable } from '../../src/sriov/ip-vf-table.js';
import { VfRunner } from '../../src/sriov/vf-runner.js';
import { FakeIp } from './fake-ip.js';
import { SysfsTree } from './sysfs-tree.js';

// VIFs.
const a = '5a3b8e6c-9d41-4f0a-8c27-1e6f0d9b2a31';

const mac = 'fa:16:3e:43:03:21';
const old = '52:54:00:00:00:01';
const none = '00:00:00:00:00:00';
const [first, second, third] = ['0000:c2:00.1', '0000:c2:00.2', '0000:c3:00.1'] as const;
const soon = () => new Deadline(20_000).signal;
const vf = (address: string, settings: object = { mac, vlan: 7 }): VfStep => ({
  kind: 'vf',
  address,
  ...settings,
});

let sysfs: SysfsTree;
let ip: FakeIp;
let stateDir: string;
let runner: VfRunner;

beforeEach(async () => {
  sysfs = await SysfsTree.make();
  for (const [bus, pf] of [
    ['c2', 'ens79'],
    ['c3', 'ens80'],
  ] as const) {
    await sysfs.addFunction(`0000:${bus}:00.0`, { [pf]: '' });
    await sysfs.addVirtual(`0000:${bus}:00.0`, 0, `0000:${bus}:00.1`);
    await sysfs.addVirtual(`0000:${bus}:00.0`, 1, `0000:${bus}:00.2`);
  }
  ip = await FakeIp.make();
  stateDir = await mkdtemp(join(tmpdir(), 'state-'));
  runner = new VfRunner(new IpVfTable(sysfs.root), new FileVfJournal(stateDir));
});
afterEach(async () => {
  await ip.remove();
  await rm(stateDir, { recursive: true });
  await sysfs.remove();
});

function inspect(...steps: VfStep[]): Promise<Inspection<VfWrite>[]> {
  return runner.inspect(
    steps.map((step) => ({ step, vifId: a })),
    soon(),
  );
}

/** What is to be written for steps, as the engine hands it on. */
async function tasksFor(...steps: VfStep[]) {
  const found = await inspect(...steps);
  return steps.flatMap((step, i) => {
    const change = found[i]?.change;
    return change ? [{ step, vifId: a, change }] : [];
  });
}

const undone = async (...steps: VfStep[]) => {
  const tasks = await tasksFor(...steps);
  return runner.undo(
    tasks.map((task) => ({ ...task, outcome: { done: 'all' as const } })),
    soon(),
  );
};

describe('virtual functions', () => {
  it('are compared by one question for each physical function', async () => {
    await ip.show('ens79', [
      { vf: 0, address: mac, vlan_list: [{ vlan: 7 }], trust: true },
      { vf: 1, address: none, vlan_list: [{}] },
    ]);
    await ip.show('ens80', [{ vf: 0, mac: old, vlan: 7 }]);
    const capitals = { mac: mac.toUpperCase(), vlan: 7, trust: true };
    const found = await inspect(
      vf(first, capitals),
      vf(second, { trust: false, vlan: 0 }),
      vf(second),
      vf(third),
    );
    expect(found.map(({ differences }) => differences)).toEqual([
      [{ attribute: 'holder', expected: a, actual: null }], // it is as wanted, but nothing is recorded of it
      [],
      [
        { attribute: 'mac', expected: mac, actual: none },
        { attribute: 'vlan', expected: 7, actual: 0 },
      ],
      [{ attribute: 'mac', expected: mac, actual: old }],
    ]);
    const reads = await ip.take('reads');
    expect(reads.sort()).toEqual(['ens79', 'ens80'].map((pf) => `-details -json link show dev ${pf}`));
    expect(await ip.take('writes')).toEqual([]);
  });

  it('are blocked one by one where they are missing or cannot be read', async () => {
    await ip.show('ens79', [{ vf: 0, address: mac, vlan_list: [{}] }]);
    const found = await inspect(vf(first), vf(second), vf(third), vf('0000:c4:00.1'));
    expect(found.map(({ blocked }) => blocked)).toEqual([
      undefined,
      expect.objectContaining({ code: 'PCI_DEVICE_NOT_FOUND', message: expect.stringContaining('lists no') }),
      expect.objectContaining({
        code: 'LINK_COMMAND_FAILED',
        message: expect.stringContaining('"ens80" does not exist'),
      }),
      expect.objectContaining({
        code: 'PCI_DEVICE_NOT_FOUND',
        message: expect.stringContaining('0000:c4:00.1'),
      }),
    ]);
    await ip.show('ens80', 'no JSON');
    const [unreadable] = await inspect(vf(third));
    expect(unreadable?.blocked?.message).toContain('printed no JSON');
  });

  it('get what differs, a line each, and their own outcomes', async () => {
    await ip.show('ens79', [
      { vf: 0, address: none, vlan_list: [{}], trust: false },
      { vf: 1, address: mac, vlan_list: [{}] },
    ]);
    await ip.refuse('trust on');
    const tasks = await tasksFor(vf(first), vf(second, { mac, vlan: 7, trust: true }));
    const outcomes = await runner.apply(tasks, soon());
    expect(await ip.take('writes')).toEqual([
      `link set dev ens79 vf 0 mac ${mac} vlan 7`,
      'link set dev ens79 vf 1 vlan 7 trust on',
    ]);
    expect(outcomes).toMatchObject([{ done: 'all' }, { error: { code: 'LINK_COMMAND_FAILED' } }]);
    expect(outcomes[1]?.error?.message).toContain('ens79 vf 1');
    expect(outcomes[1]?.error?.message).toContain('Operation not supported');
  });

  it('get back what they had', async () => {
    await ip.show('ens79', [
      { vf: 0, address: old, vlan_list: [{ vlan: 9, qos: 3, protocol: '802.1ad' }], trust: true },
      { vf: 1, address: old, vlan_list: [{}] },
    ]);
    const steps = [vf(first, { mac, vlan: 7, trust: false }), vf(second, { vlan: 7, trust: true })];
    expect(await undone(...steps)).toEqual([undefined, undefined]);
    expect(await ip.take('writes')).toEqual([
      `link set dev ens79 vf 0 mac ${old} vlan 9 qos 3 proto 802.1ad trust on`,
      'link set dev ens79 vf 1 vlan 0', // its driver has no trust to take away
    ]);
  });

  it('keep no record of a plug whose root helper is missing', async () => {
    await ip.show('ens79', [{ vf: 0, address: old, vlan_list: [{}] }]);
    const journal = new FileVfJournal(stateDir);
    runner = new VfRunner(new IpVfTable(sysfs.root, ['/no/such/sudo']), journal);
    const tasks = await tasksFor(vf(first));
    const error = await runner.apply(tasks, soon()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    const attempted = tasks.map((task) => ({ ...task, outcome: { error: error as VifError } }));
    expect(await runner.undo(attempted, soon())).toEqual([undefined]);
    expect(await journal.list()).toEqual(new Map());
  });

  it('give back what a former request of the VIF gave them, and the present one does not', async () => {
    const shown = { vf: 0, address: none, vlan_list: [{}], trust: false };
    await ip.show('ens79', [shown]);
    const trusted = vf(first, { mac, vlan: 7, trust: true });
    await runner.apply(await tasksFor(trusted), soon());
    await ip.show('ens79', [{ ...shown, address: mac, vlan_list: [{ vlan: 7 }], trust: true }]);
    await ip.take('writes');
    expect((await inspect(trusted))[0]?.differences).toEqual([]);
    // Two steps of a VIF about one function are one wish.
    const found = await inspect(vf(first), vf(first, { trust: true }));
    expect(found.map(({ differences }) => differences)).toEqual([[], []]);
    const [changed] = await inspect(vf(first));
    expect(changed?.differences).toEqual([{ attribute: 'trust', expected: false, actual: true }]);
    await runner.apply(await tasksFor(vf(first)), soon());
    expect(await ip.take('writes')).toEqual(['link set dev ens79 vf 0 trust off']);
  });

  it('keep the MAC address where the driver does not take it away', async () => {
    await ip.show('ens79', [
      { vf: 0, address: none, vlan_list: [{}] },
      { vf: 1, address: none, vlan_list: [{}] },
    ]);
    await ip.refuse(`vf 0 mac ${none}`);
    expect(await undone(vf(first), vf(second, { mac }))).toEqual([undefined, undefined]);
    expect(await ip.take('writes')).toEqual([
      'link set dev ens79 vf 0 vlan 0',
      `link set dev ens79 vf 0 mac ${none}`,
      `link set dev ens79 vf 1 mac ${none}`,
    ]);
  });

  it('have the address of their own device set while they are trusted', async () => {
    const device = '0000:c2:00.3';
    await sysfs.addVirtual('0000:c2:00.0', 2, device, 'ens79v2');
    await sysfs.setAddress(device, 'ens79v2', old);
    await ip.show('ens79', [{ vf: 2, address: none, vlan_list: [{}], trust: false }]);
    const table = new IpVfTable(sysfs.root);
    expect((await table.read([device], soon())).get(device)).toMatchObject({ mac: none, deviceMac: old });
    await table.write([{ address: device, set: { trust: true, deviceMac: mac } }], soon());
    await table.write([{ address: device, set: { mac: old, trust: false, deviceMac: old } }], soon());
    await table.write([{ address: first, set: { deviceMac: old } }], soon()); // it has no device
    expect(await ip.take('writes')).toEqual([
      'link set dev ens79 vf 2 trust on',
      `link set dev ens79v2 address ${mac}`,
      `link set dev ens79v2 address ${old}`,
      `link set dev ens79 vf 2 mac ${old} trust off`,
    ]);
  });

  it('are in use while a link is on top of their own device', async () => {
    const device = '0000:c2:00.3';
    await sysfs.addVirtual('0000:c2:00.0', 2, device, 'ens79v2');
    await ip.show('ens79', [{ vf: 2, address: none, vlan_list: [{}] }]);
    const read = async () => (await new IpVfTable(sysfs.root).read([device], soon())).get(device);
    expect(await read()).not.toHaveProperty('users');
    await sysfs.addUpper(device, 'ens79v2', 'macvtap0');
    expect(await read()).toMatchObject({ users: ['macvtap0'] });
  });

  it('fail where their own device does', async () => {
    await sysfs.addVirtual('0000:c2:00.0', 2, '0000:c2:00.3', 'ens79v2');
    await ip.refuse('ens79v2 address');
    const changes = [{ address: '0000:c2:00.3', set: { trust: false, deviceMac: old } }];
    const [outcome] = await new IpVfTable(sysfs.root).write(changes, soon());
    expect(outcome).toMatchObject({
      code: 'LINK_COMMAND_FAILED',
      message: expect.stringContaining('ens79v2'),
    });
  });

  it('fail alone when they go away in the middle', async () => {
    await ip.show('ens79', [{ vf: 0, address: none, vlan_list: [{}] }]);
    await ip.show('ens80', [{ vf: 0, address: none, vlan_list: [{}] }]);
    const tasks = await tasksFor(vf(first), vf(third));
    await sysfs.remove();
    sysfs = await SysfsTree.make();
    await sysfs.addFunction('0000:c3:00.0', { ens80: '' });
    await sysfs.addVirtual('0000:c3:00.0', 4, third);
    runner = new VfRunner(new IpVfTable(sysfs.root), new FileVfJournal(stateDir));
    const outcomes = await runner.apply(tasks, soon());
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['PCI_DEVICE_NOT_FOUND', undefined]);
    expect(await ip.take('writes')).toEqual([`link set dev ens80 vf 4 mac ${mac} vlan 7`]);
  });
});
