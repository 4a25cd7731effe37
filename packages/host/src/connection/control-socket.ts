import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { orAborted } from '@vifkit/engine/time';
import { codeOf } from '../kernel/error-code.js';

/**
 * The state of a daemon: it `runs`; it is `stopped` by a signal; it is `absent`, as nothing listens on its socket; or
 * its state is `unknown`.
 */
export type DaemonState = 'runs' | 'stopped' | 'absent' | 'unknown';

/**
 * The control sockets of a daemon of Open vSwitch or OVN. They are named after the program, with the process id unless
 * another name was configured. Undefined if the directory cannot be read. It is read synchronously, as are the small
 * files below: they are in memory, so that takes less time than a detour through Node's thread pool.
 */
function controlSockets(directory: string, program: string): string[] | undefined {
  const pattern = new RegExp(`^${program}(\\.\\d+)?\\.ctl$`);
  try {
    const names = readdirSync(directory);
    return names.filter((name) => pattern.test(name)).map((name) => join(directory, name));
  } catch {
    return undefined;
  }
}

/** Checks whether a daemon runs, without waiting for the daemon to reply. */
export class DaemonProbe {
  readonly #directory: string;
  readonly #program: string;
  /** The process that was last seen listening. It listens as long as it lives. */
  #seen: Process | undefined;

  constructor(directory: string, program: string) {
    this.#directory = directory;
    this.#program = program;
  }

  /** Checks the daemon's control sockets and its process. Never rejects. */
  async look(): Promise<DaemonState> {
    const seen = this.#seen && processOf(this.#seen.id);
    if (!seen || seen.started !== this.#seen?.started) return this.#lookAgain();
    return seen.isStopped ? 'stopped' : 'runs';
  }

  async #lookAgain(): Promise<DaemonState> {
    this.#seen = undefined;
    const sockets = controlSockets(this.#directory, this.#program);
    if (!sockets) return 'unknown';
    const states = await Promise.all(sockets.map(isListenedOn));
    // A daemon that was killed leaves its socket behind.
    if (!states.includes(true)) return states.includes(undefined) ? 'unknown' : 'absent';
    const found = processOf(textOf(join(this.#directory, `${this.#program}.pid`)).trim());
    // A process id from another PID namespace refers to another program here, or to none.
    if (!found || !this.#isNameOf(found)) return 'runs';
    this.#seen = found;
    return found.isStopped ? 'stopped' : 'runs';
  }

  /** The kernel keeps 15 characters of a name; that of another build goes on, as `ovs-vswitchd-dpdk` does. */
  #isNameOf({ name }: Process): boolean {
    return name !== '' && this.#program.startsWith(name.slice(0, this.#program.length));
  }
}

/** Whether a daemon replies in time, as it does to ovs-appctl; undefined if it cannot be asked. Never rejects. */
export async function answers(
  directory: string,
  program: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const sockets = controlSockets(directory, program) ?? [];
  const states = await Promise.all(sockets.map((path) => ask(path, signal)));
  return states.find((each) => each !== undefined);
}

/** Whether something listens: the kernel accepts a connection on its behalf. Undefined if this user may not connect. */
function isListenedOn(path: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => resolve(true)).on('error', (error) => resolve(isListening(codeOf(error))));
    socket.on('connect', () => socket.destroy());
  });
}

function isListening(refusal: string | undefined): boolean | undefined {
  if (refusal === 'EAGAIN') return true; // others wait for it to accept their connections: its backlog is full
  return refusal === 'EACCES' || refusal === 'EPERM' ? undefined : false;
}

interface Process {
  readonly id: string;
  readonly name: string;
  /** When it was started, in kernel ticks: no two processes have the same id and start time. */
  readonly started: string;
  /** Whether it is stopped by a signal. */
  readonly isStopped: boolean;
}

/** A process of this host; undefined if no process with this id is alive. */
function processOf(id: string): Process | undefined {
  if (!/^\d+$/.test(id)) return undefined;
  const [, name, rest] = /^\d+ \((.*)\) (.*)/.exec(textOf(`/proc/${id}/stat`)) ?? [];
  if (name === undefined) return undefined;
  const [state = '', ...others] = rest?.split(' ') ?? [];
  if (/^[ZXx]$/.test(state)) return undefined; // a zombie, or dead
  return { id, name, started: others[18] ?? '', isStopped: /^[Tt]$/.test(state) };
}

/** The text of a file; '' if it cannot be read. Opening a FIFO would wait for a writer. */
function textOf(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
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
