import { once } from 'node:events';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { whenFired } from '@vifkit/engine/time';
import { CALLER } from '../commands/run-program.js';
import { codeOf } from '../kernel/error-code.js';

/** The suffixes of a process's files: its socket, and the symbolic link of which its locks are further names. */
export const PRESENCE_FILES = ['.sock', '.link'] as const;

let made = 0;

/**
 * Represents this process to others that want what it holds, by a listening Unix socket. The kernel closes the socket
 * when the process ends, however it ends. A process that can connect to it therefore knows that this one is alive, and
 * one that stays connected is notified of its end.
 *
 * A process that waits for something writes the name of it and a line feed, and is disconnected once that is released.
 */
export class Presence {
  /** Identifies the process among all that use the folder, including those of other PID namespaces. */
  readonly name = `${CALLER}-${made++}`;
  readonly #folder: string;
  readonly #holds: (name: string) => boolean;
  readonly #waiting = new Map<string, Set<Socket>>();
  readonly #removeFiles = () => {
    for (const suffix of PRESENCE_FILES) rmSync(`${this.#folder}/${this.name}${suffix}`, { force: true });
  };
  #server: Server | undefined;

  /**
   * @param folder the folder of the sockets. Its path must be short: the path of a socket has at most 107 bytes.
   * @param holds whether the process holds something
   */
  constructor(folder: string, holds: (name: string) => boolean) {
    this.#folder = folder;
    this.#holds = holds;
  }

  /** @param mode the mode of the socket: whoever may write to it may wait for this process */
  async announce(mode: number): Promise<void> {
    const server = createServer((socket) => this.#welcome(socket)).unref();
    // Exclusive: otherwise the workers of a cluster would share the listener, and with it what is held.
    server.listen({ path: socketIn(this.#folder, this.name), exclusive: true });
    await once(server, 'listening');
    server.on('error', () => {}); // an error of one connection, as when no descriptor is left for it
    this.#server = server;
    process.on('exit', this.#removeFiles); // for programs that do not close their host
    chmodSync(socketIn(this.#folder, this.name), mode);
    this.renewLink();
  }

  /** A symbolic link with the process's name as its target. */
  get link(): string {
    return `${this.#folder}/${this.name}.link`;
  }

  /** Makes that link again; its other names stay. */
  renewLink(): void {
    rmSync(this.link, { force: true });
    symlinkSync(this.name, this.link);
  }

  /** Disconnects those that wait for something. */
  release(name: string): void {
    for (const socket of this.#waiting.get(name) ?? []) socket.destroy();
    this.#waiting.delete(name);
  }

  close(): void {
    for (const name of [...this.#waiting.keys()]) this.release(name);
    process.off('exit', this.#removeFiles);
    this.#server?.close();
    this.#removeFiles();
  }

  #welcome(socket: Socket): void {
    let received = '';
    let name: string | undefined;
    socket.unref();
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      received += text;
      if (name !== undefined || received.length > 1_000) return void socket.destroy();
      if (!received.endsWith('\n')) return;
      name = received.slice(0, -1);
      if (!this.#holds(name)) return void socket.destroy();
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting.add(socket));
    });
    socket.on('close', () => name !== undefined && this.#waiting.get(name)?.delete(socket));
  }
}

/** Whether this could be a {@link Presence.name}. It becomes part of a path. */
export function isPresenceName(name: string): boolean {
  return /^\d{1,10}-[\da-z]{1,40}(-\d{1,9})?$/.test(name);
}

/** The id of the process with this name, in its own PID namespace. */
export function pidOf(name: string): string {
  return name.split('-', 1).join();
}

/** The {@link CALLER} of the process with this name. */
export function callerOf(name: string): string {
  return name.split('-', 2).join('-');
}

/**
 * Whether a process is alive.
 * @throws Error if that is unknown, as without permission
 */
export async function isPresent(folder: string, process: string): Promise<boolean> {
  const socket = await reach(folder, process);
  if (typeof socket === 'object') socket.destroy();
  return socket !== 'ended';
}

/**
 * Waits until a process has released something or has ended, or one of the signals fires. The process may have to be asked
 * again.
 * @throws Error if the process cannot be asked, as without permission
 */
export async function untilReleased(
  folder: string,
  process: string,
  name: string,
  ...signals: readonly AbortSignal[]
): Promise<'ended' | 'ask again'> {
  const socket = await reach(folder, process);
  if (socket === 'ended') return 'ended';
  if (socket === 'busy') return 'ask again';
  const leaving = signals.map((signal) => whenFired(signal, () => socket.destroy()));
  socket.resume().write(`${name}\n`);
  await new Promise((closed) => socket.once('close', closed)); // not `once`: that fails for a connection that is reset
  for (const leave of leaving) leave();
  return 'ask again';
}

/** Nothing listens there any more, or it is not a socket that can be listened on. */
const ended = ['ECONNREFUSED', 'ENOENT', 'ELOOP', 'ENOTSOCK', 'EPROTOTYPE'];

/**
 * A connection to a process, or why there is none: it has ended, it is just ending, or too many connections are waiting
 * to be accepted.
 */
async function reach(folder: string, process: string): Promise<Socket | 'ended' | 'busy'> {
  const socket = connect({ path: socketIn(folder, process) });
  try {
    await once(socket, 'connect');
    return socket.on('error', () => {}); // the end of the connection is handled
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (ended.includes(code)) return 'ended';
    if (code === 'EAGAIN' || code === 'ECONNRESET') return 'busy';
    throw error;
  }
}

function socketIn(folder: string, process: string): string {
  return `${folder}/${process}.sock`;
}
