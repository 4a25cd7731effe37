import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { orAborted } from '@vifkit/engine/time';
import { codeOf } from '../kernel/error-code.js';

/**
 * The state of ovn-controller: `connected` to the southbound database or not; `silent`: it exists but does not reply;
 * `absent`: nothing listens; `unknown`: its directory cannot be read, or this user may not connect to it.
 */
export type ControllerState = 'connected' | 'not connected' | 'silent' | 'absent' | 'unknown';

/** Its backlog is full while it replies to nobody. Only its own user and root may connect to it, as it is packaged. */
const BY_REFUSAL: Readonly<Record<string, ControllerState>> = {
  ECONNREFUSED: 'absent',
  ENOENT: 'absent',
  EAGAIN: 'silent',
};

/** Its reply to `ovn-appctl connection-status` has some 10 bytes. */
const MAX_REPLY_LENGTH = 4_096;

/** Queries ovn-controller through its control socket, as ovn-appctl does. Never rejects. */
export async function askController(directory: string, signal: AbortSignal): Promise<ControllerState> {
  let sockets: string[];
  try {
    // Named after the process id, unless it was started with --unixctl.
    sockets = (await readdir(directory)).filter((name) => /^ovn-controller(\.\d+)?\.ctl$/.test(name));
  } catch {
    return 'unknown';
  }
  const states = await Promise.all(sockets.map((name) => ask(join(directory, name), signal)));
  // A controller that was killed leaves its socket behind.
  return states.find((state) => state !== 'absent') ?? 'absent';
}

async function ask(path: string, signal: AbortSignal): Promise<ControllerState> {
  const socket = connect(path);
  const answered = new Promise<ControllerState>((resolve) => {
    let text = '';
    socket.on('error', (error) => resolve(BY_REFUSAL[codeOf(error) ?? ''] ?? 'unknown'));
    socket.on('end', () => resolve('silent'));
    socket.on('connect', () => socket.write('{"id":0,"method":"connection-status","params":[]}'));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const [, status] = /"result":"([^"\\]*)/.exec(text) ?? [];
      if (status !== undefined) resolve(status === 'connected' ? 'connected' : 'not connected');
      else if (text.length > MAX_REPLY_LENGTH) resolve('silent');
    });
  });
  try {
    return await orAborted(answered, signal, () => new Error('no answer'));
  } catch {
    return 'silent';
  } finally {
    socket.destroy();
  }
}
