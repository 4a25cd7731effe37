import type { AttemptedTask, VfStep } from '@vifkit/core';
import { expect, it } from 'vitest';
import { MemoryVfs } from '../../src/memory/memory-vfs.js';
import { Points } from '../../src/memory/points.js';

const address = '0000:03:00.1';
const soon = () => AbortSignal.timeout(10_000);

async function taskFor(vfs: MemoryVfs, step: VfStep): Promise<AttemptedTask<VfStep>> {
  const [inspection = { differences: [] }] = await vfs.inspect([step]);
  return { step, vifId: 'a', inspection, outcome: undefined };
}

it('sets what differs, and puts it back', async () => {
  const vfs = new MemoryVfs(new Points(), [address]);
  const before = vfs.snapshot();
  const step = { kind: 'vf', address, mac: '52:54:00:AA:00:01', vlan: 0, trust: true } as const;
  const task = await taskFor(vfs, step);
  expect(task.inspection.differences.map(({ attribute }) => attribute)).toEqual(['mac', 'trust']);
  await vfs.apply([task], soon());
  expect(vfs.snapshot()).toEqual({ [address]: { mac: '52:54:00:aa:00:01', vlan: 0, trust: true } });
  expect((await taskFor(vfs, step)).inspection.differences).toEqual([]);
  await vfs.undo([task], soon());
  expect(vfs.snapshot()).toEqual(before);
});

it('has no functions but those it was given', async () => {
  const { inspection } = await taskFor(new MemoryVfs(new Points(), []), { kind: 'vf', address });
  expect(inspection.blocked?.code).toBe('PCI_DEVICE_NOT_FOUND');
});
