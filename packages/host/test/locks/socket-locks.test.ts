import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Deadline } from '@vifkit/core/time';
import { describe, expect, it } from 'vitest';
import { SocketLocks } from '../../src/locks/socket-locks.js';

const soon = () => new Deadline(20_000).signal;
const locks = new SocketLocks();
let used = 0;
/** A key that no other test, nor another run of the tests, holds. */
const fresh = () => `test ${process.pid} ${used++}`;

/** What it takes to hold a key, for a process that has no TypeScript. */
const hold = `
  const path = '\\0vifkit/' + process.argv[1];
  require('node:net').createServer(() => {}).listen({ path }, () => console.log('held'));
`;

/** Another process that holds a key. */
async function holder(key: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', hold, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('locks', () => {
  it('are held by one at a time', async () => {
    const key = fresh();
    const order: string[] = [];
    const release = await locks.acquire([key], soon());
    const second = locks.acquire([key], soon()).then(async (releaseSecond) => {
      order.push('second');
      await releaseSecond();
    });
    await (await locks.acquire([fresh()], soon()))();
    order.push('first releases');
    await release();
    await second;
    expect(order).toEqual(['first releases', 'second']);
  });

  it('pass through many hands', async () => {
    const key = fresh();
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const release = await locks.acquire([key], soon());
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        await release();
      }),
    );
    expect(most).toBe(1);
  });

  it('are taken together by calls that want them in different order', async () => {
    const [a, b] = [fresh(), fresh()];
    const take = async (keys: string[]) => (await locks.acquire(keys, soon()))();
    await Promise.all([take([a, b]), take([b, a]), take([a, b]), take([b, a, a])]);
  });

  it('are given up by the signal, and none is kept', async () => {
    const [a, b] = [fresh(), fresh()];
    const release = await locks.acquire([b], soon());
    await expect(locks.acquire([a, b], new Deadline(20).signal)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining(b),
    });
    await expect(locks.acquire([a], AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    await (await locks.acquire([a], soon()))();
    await release();
    await (await locks.acquire([b], soon()))();
  });

  it('hold between processes, and end with the process that held them', async () => {
    const key = fresh();
    const child = await holder(key);
    const waiting = locks.acquire([key], soon());
    await expect(locks.acquire([key], new Deadline(50).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
    child.kill('SIGKILL');
    await (await waiting)();
  });

  it('are taken without waiting, or not at all', async () => {
    const key = fresh();
    const release = await locks.tryAcquire(key);
    expect(await locks.tryAcquire(key)).toBeUndefined();
    await release?.();
    const again = await locks.tryAcquire(key);
    expect(again).toBeDefined();
    await again?.();
  });

  it('tell how to find who holds what is not to be had', async () => {
    const key = fresh();
    const release = await locks.acquire([key], soon());
    await expect(locks.acquire([key], new Deadline(20).signal)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining(`ss -xlp | grep 'vifkit/${key}'`),
    });
    await release();
  });

  it('are not asked for all the time from somebody who turns those away that wait', async () => {
    const key = fresh();
    let asked = 0;
    const squatter = createServer((socket) => {
      asked += 1;
      socket.destroy();
    });
    squatter.listen({ path: `\0vifkit/${key}` });
    await once(squatter, 'listening');
    const waiting = locks.acquire([key], new Deadline(500).signal);
    await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(50); // it is thousands without pauses
    squatter.close();
  });
});
