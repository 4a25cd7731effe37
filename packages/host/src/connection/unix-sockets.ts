import { stat } from 'node:fs/promises';
import type { SocketState } from '@vifkit/engine/connection';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';

/** The flag of a socket that listens (SO_ACCEPTCON), and the state of one that is connected, in /proc/net/unix. */
const LISTENS = '00010000';
const CONNECTED = '03';

/** The Unix sockets of a network namespace by their paths: those that are listened on, or connected. */
export async function readUnixSockets(
  file = '/proc/self/net/unix',
  files: KernelFiles = hostKernelFiles,
): Promise<Map<string, 'listening' | 'connected'>> {
  const sockets = new Map<string, 'listening' | 'connected'>();
  const text = await files.text(file);
  for (const line of text.split('\n').slice(1)) {
    const [, flags, state, path] = /^\S+ \S+ \S+ (\S+) \S+ (\S+)\s+\d+ (\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    // What was accepted from a socket that is listened on has its path.
    if (state === CONNECTED) sockets.set(path, 'connected');
    else if (flags === LISTENS && !sockets.has(path)) sockets.set(path, 'listening');
  }
  return sockets;
}

/** What each of these paths of sockets is like. */
export async function socketStates(
  paths: readonly string[],
  files: KernelFiles,
): Promise<Map<string, SocketState>> {
  if (paths.length === 0) return new Map();
  const sockets = await readUnixSockets('/proc/self/net/unix', files);
  const states = paths.map(async (path) => [path, sockets.get(path) ?? (await unheard(path))] as const);
  return new Map(await Promise.all(states));
}

function unheard(path: string): Promise<SocketState> {
  return stat(path).then(
    () => 'stale',
    () => 'absent',
  );
}
