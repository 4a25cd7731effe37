import { VifError } from '@vifkit/core';
import { VfRunner } from '@vifkit/host/parts';
import { expect, it } from 'vitest';
import { MemoryVfs } from '../../src/memory/memory-vfs.js';
import { Points } from '../../src/memory/points.js';

const address = '0000:03:00.1';
const soon = () => AbortSignal.timeout(10_000);

it('sets what differs, and puts it back', async () => {
  const points = new Points();
  const vfs = new MemoryVfs(points, [address]);
  const runner = new VfRunner(vfs);
  const before = vfs.snapshot();
  const step = { kind: 'vf', address, mac: '52:54:00:aa:00:01', vlan: 0, trust: true } as const;
  const [inspection = { differences: [] }] = await runner.inspect([step], soon());
  const task = { step, vifId: 'a', inspection, outcome: undefined };
  await runner.apply([task], soon());
  expect(vfs.snapshot()).toEqual({ [address]: { mac: '52:54:00:aa:00:01', vlan: 0, trust: true } });
  await runner.undo([task], soon());
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
  const [inspection] = await new VfRunner(new MemoryVfs(new Points(), [])).inspect(
    [{ kind: 'vf', address }],
    soon(),
  );
  expect(inspection?.blocked?.code).toBe('PCI_DEVICE_NOT_FOUND');
});
