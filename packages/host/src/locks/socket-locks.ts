import { connect, createServer, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type HostLocks } from '@vifkit/core';
import { signalError } from '@vifkit/core/time';

/**
 * Locks that hold between processes: each is a listening Unix socket in Linux's abstract namespace. The
 * kernel lets go of it when its process ends, however that comes about, so none is ever left behind; and such
 * names belong to a network namespace, as links do. Who waits stays connected to the holder, and hears of
 * the release by the connection's end.
 *
 * Anybody in the namespace can listen at such a name, and Node cannot tell who does. So a lock that is not to be had
 * is an error that says how to find its holder, and one whose holder turns us away is not asked for in a busy loop.
 */
export class SocketLocks implements HostLocks {
  tryAcquire(key: string): Promise<(() => Promise<void>) | undefined> {
    return tryListen(pathOf(key));
  }

  async acquire(keys: readonly string[], signal: AbortSignal): Promise<() => Promise<void>> {
    const held: (() => Promise<void>)[] = [];
    const release = async () => {
      await Promise.all(held.map((each) => each()));
    };
    try {
      // Always in the same order: two calls that want the same keys cannot wait for each other.
      for (const key of [...new Set(keys)].sort()) held.push(await acquireOne(key, signal));
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  }
}

// Milliseconds between attempts while others are quicker, or the holder does not let us wait with it.
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 100;

function pathOf(key: string): string {
  return `\0vifkit/${key}`;
}

async function acquireOne(key: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const path = pathOf(key);
  const doing = `waiting for the lock on ${key}. To see who holds it: ss -xlp | grep 'vifkit/${key}'`;
  for (let pause = 0; ; pause = Math.min(2 * pause || FIRST_PAUSE, LONGEST_PAUSE)) {
    if (pause > 0) await setTimeout(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) throw signalError(signal, doing);
    const server = await tryListen(path);
    if (server) return server;
    await untilReleased(path, doing, signal);
  }
}

/** Takes the lock, unless somebody holds it. */
function tryListen(path: string): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<{ destroy(): void }>();
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => waiting.delete(socket))
        .unref();
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    // Exclusive: the workers of a cluster would otherwise share the listener, and so the lock.
    server.listen({ path, exclusive: true }, () => {
      server.unref();
      resolve(
        () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of waiting) socket.destroy();
          }),
      );
    });
  });
}

/** Waits until the holder lets go. */
function untilReleased(path: string, doing: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const onAbort = () => {
      socket.destroy();
      reject(signalError(signal, doing));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', () => {}); // it was released in the meantime
    socket.once('close', () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    socket.resume();
  });
}
