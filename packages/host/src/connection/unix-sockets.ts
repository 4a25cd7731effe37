import { stat } from 'node:fs/promises';
import type { SocketState } from '@vifkit/engine/connection';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';

/** The flag of a listening socket (SO_ACCEPTCON), and the state of a connected one, in /proc/net/unix. */
const LISTENS = '00010000';
const CONNECTED = '03';

/** The listening or connected Unix sockets of a network namespace, by path. */
export async function readUnixSockets(
  file = '/proc/self/net/unix',
  files: KernelFiles = hostKernelFiles,
): Promise<Map<string, 'listening' | 'connected'>> {
  const sockets = new Map<string, 'listening' | 'connected'>();
  const text = await files.text(file);
  for (const line of text.split('\n').slice(1)) {
    const [, flags, state, path] = /^\S+ \S+ \S+ (\S+) \S+ (\S+)\s+\d+ (\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    // A connection that was accepted on a listening socket has the path of that socket.
    if (state === CONNECTED) sockets.set(path, 'connected');
    else if (flags === LISTENS && !sockets.has(path)) sockets.set(path, 'listening');
  }
  return sockets;
}

/** The state of the socket at each of these paths. */
export async function socketStates(
  paths: readonly string[],
  files: KernelFiles,
): Promise<Map<string, SocketState>> {
  if (paths.length === 0) return new Map();
  const sockets = await readUnixSockets('/proc/self/net/unix', files);
  const states = paths.map(
    async (path) => [path, sockets.get(path) ?? (await idleSocketState(path))] as const,
  );
  return new Map(await Promise.all(states));
}

function idleSocketState(path: string): Promise<SocketState> {
  return stat(path).then(
    () => 'stale',
    () => 'absent',
  );
}
