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

/** Finds out whether a daemon runs, without waiting for it to answer. */
export class DaemonProbe {
  readonly #directory: string;
  readonly #program: string;
  /** The process that was last seen to listen. It listens for as long as it lives. */
  #seen: Process | undefined;

  constructor(directory: string, program: string) {
    this.#directory = directory;
    this.#program = program;
  }

  /** By its control sockets, and its process. Never rejects. */
  async look(): Promise<DaemonState> {
    const seen = this.#seen && processOf(this.#seen.id);
    if (!seen || seen.started !== this.#seen?.started) return this.#lookAnew();
    return seen.isStopped ? 'stopped' : 'runs';
  }

  async #lookAnew(): Promise<DaemonState> {
    this.#seen = undefined;
    const sockets = controlSockets(this.#directory, this.#program);
    if (!sockets) return 'unknown';
    const states = await Promise.all(sockets.map(isListenedOn));
    // One that was killed leaves its socket behind.
    if (!states.includes(true)) return states.includes(undefined) ? 'unknown' : 'absent';
    const found = processOf(textOf(join(this.#directory, `${this.#program}.pid`)).trim());
    // A process ID of another namespace names another program, or none.
    if (!found || !this.#isNameOf(found)) return 'runs';
    this.#seen = found;
    return found.isStopped ? 'stopped' : 'runs';
  }

  /** The kernel keeps 15 characters of a name; that of another build goes on, as `ovs-vswitchd-dpdk` does. */
  #isNameOf({ name }: Process): boolean {
    return name !== '' && this.#program.startsWith(name.slice(0, this.#program.length));
  }
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

interface Process {
  readonly id: string;
  readonly name: string;
  /** When, in the kernel's ticks: no two processes have the same id and that. */
  readonly started: string;
  /** By a signal. */
  readonly isStopped: boolean;
}

/** A process of this host; undefined if none of this id is alive. */
function processOf(id: string): Process | undefined {
  if (!/^\d+$/.test(id)) return undefined;
  const [, name, rest] = /^\d+ \((.*)\) (.*)/.exec(textOf(`/proc/${id}/stat`)) ?? [];
  if (name === undefined) return undefined;
  const [state = '', ...others] = rest?.split(' ') ?? [];
  if (/^[ZXx]$/.test(state)) return undefined; // it waits for its parent to take note
  return { id, name, started: others[18] ?? '', isStopped: /^[Tt]$/.test(state) };
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
