import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { MemoryLocks } from '../../src/memory/memory-locks.js';

const soon = () => new Deadline(10_000).signal;

it('gives a key to one after the other, in the order of asking', async () => {
  const locks = new MemoryLocks();
  const order: number[] = [];
  const release = await locks.acquire(['a', 'b'], soon());
  const waiting = [1, 2].map(async (number) => {
    const done = await locks.acquire(['b', 'c'], soon());
    order.push(number);
    await done();
  });
  await (await locks.acquire(['d'], soon()))();
  expect(order).toEqual([]);
  await release();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2]);
});

it('is given up by the signal, and leaves nothing locked', async () => {
  const locks = new MemoryLocks();
  const release = await locks.acquire(['b'], soon());
  await expect(locks.acquire(['a', 'b'], new Deadline(10).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await (await locks.acquire(['a'], soon()))();
  await release();
  await (await locks.acquire(['b'], soon()))();
});

it('takes a key once that is asked for twice', async () => {
  const locks = new MemoryLocks();
  const release = await locks.acquire(['a', 'a'], soon());
  await expect(locks.acquire(['a'], new Deadline(10).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await release();
  await expect(locks.acquire(['a'], soon())).resolves.toBeTypeOf('function');
});
