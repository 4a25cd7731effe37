import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { memoryHost } from '../../src/index.js';

const address = '0000:03:00.1';
const other = '0000:03:00.2';
const pci = {
  '0000:03:00.0': 'eth0',
  [address]: { pf: 'eth0', index: 0 },
  [other]: { pf: 'eth0', index: 1, netDevice: 'eth0v1' },
};
const soon = () => new Deadline(10_000).signal;

const start = (options: Parameters<typeof memoryHost>[0] = {}) => {
  const host = memoryHost({ pci, ...options });
  const runner = host.runners.find(({ kinds }) => kinds.includes('vf'));
  if (!runner) throw new Error('The host has no runner for virtual functions');
  const inspect = async (...steps: Parameters<typeof runner.inspect>[0]) => runner.inspect(steps, soon());
  /** Inspects the steps of VIFs, and writes what is to be written. */
  const apply = async (...steps: Parameters<typeof runner.inspect>[0]) => {
    const inspections = await inspect(...steps);
    const tasks = steps.map((each, i) => ({ ...each, change: inspections[i]?.change }));
    const outcomes = await runner.apply(tasks, soon());
    return tasks.map((task, i) => ({ ...task, outcome: outcomes[i] ?? {} }));
  };
  return { host, runner, inspect, apply };
};

it('sets what differs, and puts it back', async () => {
  const { host, runner, apply } = start();
  const before = host.snapshot();
  const set = { mac: '52:54:00:aa:00:01', vlan: 0, trust: true };
  const tasks = await apply({ step: { kind: 'vf', address, ...set }, vifId: 'a' });
  expect(host.snapshot().vfs[address]).toEqual(set);
  expect(host.snapshot().vfJournal).toEqual({
    [address]: { vifId: 'a', former: before.vfs[address], written: [set] },
  });
  await runner.undo(tasks, soon());
  expect(host.snapshot()).toEqual(before);
  expect(new Set(host.points.map(({ what }) => what))).toEqual(new Set([`set ${address}`]));
});

it('fails where it is told to', async () => {
  const { host, apply } = start();
  host.failAt(1, new VifError('LINK_COMMAND_FAILED', 'Made to fail'));
  const step = (each: string) => ({ kind: 'vf', address: each, vlan: 5 }) as const;
  const tasks = await apply({ step: step(address), vifId: 'a' }, { step: step(other), vifId: 'b' });
  expect(tasks.map(({ outcome }) => outcome.error?.code)).toEqual(['LINK_COMMAND_FAILED', undefined]);
  expect(host.snapshot().vfs).toMatchObject({ [address]: { vlan: 0 }, [other]: { vlan: 5 } });
});

it('has no functions but those it was given', async () => {
  const { inspect } = start({ pci: {} });
  const [inspection] = await inspect({ step: { kind: 'vf', address }, vifId: 'a' });
  expect(inspection?.blocked?.code).toBe('PCI_DEVICE_NOT_FOUND');
});

it('reports what is on top of the device of a function', async () => {
  const { inspect } = start({ links: [{ name: 'macvtap0', type: 'macvtap', lower: 'eth0v1' }] });
  const [inspection] = await inspect({ step: { kind: 'vf', address: other, vlan: 5 }, vifId: 'a' });
  expect(inspection?.blocked).toMatchObject({
    code: 'LINK_BUSY',
    message: expect.stringContaining('macvtap0'),
  });
});

it('sets a VLAN together with its priority and protocol', async () => {
  const settings = { vlan: 9, qos: 3, protocol: '802.1ad' };
  const { host, apply } = start({ vfs: { [address]: settings } });
  await apply({ step: { kind: 'vf', address, trust: true }, vifId: 'a' });
  expect(host.snapshot().vfs[address]).toMatchObject({ ...settings, trust: true });
  await apply({ step: { kind: 'vf', address, vlan: 5, trust: true }, vifId: 'a' });
  expect(host.snapshot().vfs[address]).toEqual({ mac: '00:00:00:00:00:00', vlan: 5, trust: true });
  // What the VIF asks for no more is as it was before.
  await apply({ step: { kind: 'vf', address, vlan: 5 }, vifId: 'a' });
  expect(host.snapshot().vfs[address]).toEqual({ mac: '00:00:00:00:00:00', vlan: 5, trust: false });
});
