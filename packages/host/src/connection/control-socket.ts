import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { orAborted } from '@vifkit/engine/time';

/** What became of a daemon: it `runs`; it is `stopped`, by a signal; it is `absent`, nobody listens; or it cannot be told (`unknown`). */
export type DaemonState = 'runs' | 'stopped' | 'absent' | 'unknown';

/**
 * The control sockets of a daemon of Open vSwitch or OVN, which are named after the program, with the process id unless it
 * was told another name; undefined where the directory cannot be read. It is read at once, and so are the small files
 * below: in memory, that takes less time than a turn by way of Node's threads.
 */
function controlSockets(directory: string, program: string): string[] | undefined {
  const isIts = new RegExp(`^${program}(\\.\\d+)?\\.ctl$`);
  try {
    const names = readdirSync(directory);
    return names.filter((name) => isIts.test(name)).map((name) => join(directory, name));
  } catch {
    return undefined;
  }
}

/** Whether a daemon runs, by its control sockets. It is not waited for. Never rejects. */
export async function lookForDaemon(directory: string, program: string): Promise<DaemonState> {
  const sockets = controlSockets(directory, program);
  if (!sockets) return 'unknown';
  const states = await Promise.all(sockets.map(isListenedOn));
  // One that was killed leaves its socket behind.
  if (!states.includes(true)) return states.includes(undefined) ? 'unknown' : 'absent';
  return isStopped(directory, program) ? 'stopped' : 'runs';
}

/** Whether a daemon answers in time, as to ovs-appctl; undefined where it cannot be asked. Never rejects. */
export async function answers(
  directory: string,
  program: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const sockets = controlSockets(directory, program) ?? [];
  const states = await Promise.all(sockets.map((path) => ask(path, signal)));
  return states.find((each) => each !== undefined);
}

/** The kernel takes a connection for whoever listens. Undefined where this user may not connect. */
function isListenedOn(path: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket
      .on('connect', () => resolve(true))
      .on('error', (error) => resolve(isDenied(error) ? undefined : false));
    socket.on('connect', () => socket.destroy());
  });
}

function isDenied(error: Error): boolean {
  return 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}

/** By its pid file: a process id of another namespace names another program, or none. */
function isStopped(directory: string, program: string): boolean {
  const pid = textOf(join(directory, `${program}.pid`)).trim();
  if (!/^\d+$/.test(pid)) return false;
  const stat = textOf(`/proc/${pid}/stat`);
  const [, name = '', state = ''] = /^\d+ \((.*)\) (\S)/.exec(stat) ?? [];
  return program.startsWith(name.slice(0, program.length)) && name !== '' && /^[Tt]$/.test(state);
}

/** '' for a file that cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function ask(path: string, signal: AbortSignal): Promise<boolean | undefined> {
  const socket = connect(path);
  const answered = new Promise<boolean | undefined>((resolve) => {
    socket.on('error', () => resolve(undefined));
    socket.on('end', () => resolve(undefined));
    socket.on('connect', () => socket.write('{"id":0,"method":"version","params":[]}'));
    socket.on('data', () => resolve(true));
  });
  try {
    return await orAborted(answered, signal, () => new Error('no answer'));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
