import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SerialQueue } from '../../src/links/serial-queue.js';

it('runs tasks one at a time and in order, past those that fail', async () => {
  const queue = new SerialQueue();
  const log: string[] = [];
  const task = (name: string, fails = false) =>
    queue.run(async () => {
      log.push(`${name} begins`);
      await pause(1);
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = Promise.allSettled([task('a'), task('b', true), task('c')]);
  await queue.idle();
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(await results).toMatchObject([{ value: 'a' }, { reason: { message: 'b' } }, { value: 'c' }]);
});
