import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { VfRunner } from '@vifkit/host/parts';
import { expect, it } from 'vitest';
import { MemoryVfJournal } from '../../src/memory/memory-vf-journal.js';
import { MemoryVfs } from '../../src/memory/memory-vfs.js';
import { Points } from '../../src/memory/points.js';

const address = '0000:03:00.1';
const soon = () => new Deadline(10_000).signal;

it('sets what differs, and puts it back', async () => {
  const points = new Points();
  const vfs = new MemoryVfs(points, [address]);
  const journal = new MemoryVfJournal();
  const runner = new VfRunner(vfs, journal);
  const before = vfs.snapshot();
  const step = { kind: 'vf', address, mac: '52:54:00:aa:00:01', vlan: 0, trust: true } as const;
  const [inspection = { differences: [] }] = await runner.inspect([step], soon(), ['a']);
  const task = { step, vifId: 'a', inspection, outcome: undefined };
  await runner.apply([task], soon());
  expect(vfs.snapshot()).toEqual({ [address]: { mac: '52:54:00:aa:00:01', vlan: 0, trust: true } });
  const written = [{ mac: '52:54:00:aa:00:01', vlan: 0, trust: true }];
  expect(journal.snapshot()).toEqual({ [address]: { vifId: 'a', former: before[address], written } });
  await runner.undo([task], soon());
  expect(journal.snapshot()).toEqual({});
  expect(vfs.snapshot()).toEqual(before);
  expect(new Set(points.log.map(({ what }) => what))).toEqual(new Set([`set ${address}`]));
});

it('fails where it is told to', async () => {
  const points = new Points();
  const vfs = new MemoryVfs(points, [address, '0000:03:00.2']);
  const failure = expect.objectContaining({ code: 'LINK_COMMAND_FAILED' });
  points.failAt(1, new VifError('LINK_COMMAND_FAILED', 'Made to fail'));
  const changes = [address, '0000:03:00.2'].map((each) => ({ address: each, set: { vlan: 5 } }));
  expect(await vfs.write(changes, soon())).toEqual([failure, undefined]);
  expect(vfs.snapshot()).toMatchObject({ [address]: { vlan: 0 }, '0000:03:00.2': { vlan: 5 } });
});

it('has no functions but those it was given', async () => {
  const runner = new VfRunner(new MemoryVfs(new Points(), []), new MemoryVfJournal());
  const [inspection] = await runner.inspect([{ kind: 'vf', address }], soon(), ['a']);
  expect(inspection?.blocked?.code).toBe('PCI_DEVICE_NOT_FOUND');
});

it('sets a VLAN together with its priority and protocol', async () => {
  const settings = { [address]: { vlan: 9, qos: 3, protocol: '802.1ad' } };
  const vfs = new MemoryVfs(new Points(), [address], settings);
  await vfs.write([{ address, set: { trust: true } }], soon());
  expect(vfs.snapshot()[address]).toMatchObject({ ...settings[address], trust: true });
  await vfs.write([{ address, set: { vlan: 5 } }], soon());
  expect(vfs.snapshot()[address]).toEqual({ mac: '00:00:00:00:00:00', vlan: 5, trust: true });
});
