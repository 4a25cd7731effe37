import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  unlinkSync,
} from 'node:fs';
import { asVifError, VifError } from '@vifkit/core';
import type { HostLocks } from '@vifkit/engine';
import { pause, signalError, withinDeadline } from '@vifkit/engine/time';
import { loadCode } from '../commands/descriptors.js';
import { codeOf, exhausted, isExhaustion } from '../kernel/error-code.js';
import {
  fileModeIn,
  openStateDirectory,
  openSubdirectory,
  type StateDirectory,
} from '../state/state-directory.js';
import {
  callerOf,
  isPresenceName,
  isPresent,
  PRESENCE_FILES,
  Presence,
  pidOf,
  untilReleased,
} from './presence.js';

/** Milliseconds between two requests to the same holder. */
const FIRST_PAUSE = 1;
const MAX_PAUSE = 100;

type Release = () => Promise<void>;

/** Returns the number of a network namespace, which is the inode number of its file. */
type Network = () => string;

/**
 * Locks between the processes that change this network namespace. Each lock is a symbolic link in the state directory,
 * whose target names the process that holds it: of several processes that try at once, only one can make the link. The
 * locks of a process are hard links to one symbolic link: on a disk, ext4 takes 0.4 ms to make a new file after many
 * were removed, but only some 0.03 ms to add another name to a file. Only processes that can write to the state
 * directory can hold a lock or wait for one, and those are trusted with the network.
 *
 * A process that was killed leaves its links behind. Its socket shows that it has ended (see {@link Presence}), and the
 * next process that wants the lock removes them, once the programs that it has started have ended too.
 */
export class SharedLocks implements HostLocks {
  readonly #stateDirectory: string;
  readonly #network: Network;
  #room: Promise<Room> | undefined;

  /**
   * @param stateDirectory made when the first lock is requested
   * @param network returns the number of the network namespace whose links are locked; this process's own by default
   */
  constructor(stateDirectory: string, network: Network = ownNetwork) {
    this.#stateDirectory = stateDirectory;
    this.#network = network;
  }

  async tryAcquire(key: string): Promise<Release | undefined> {
    const room = await this.#open();
    return room.tryTake(key).catch((error: unknown) => {
      throw notTaken(key, error);
    });
  }

  async acquire(keys: readonly string[], signal: AbortSignal): Promise<Release> {
    const room = await this.#open();
    const held: Release[] = [];
    const release = async () => {
      await Promise.all(held.map((each) => each()));
    };
    try {
      // Always in the same order, so that two calls that want the same keys cannot deadlock.
      for (const key of [...new Set(keys)].sort()) {
        const taking = room.take(key, signal).catch((error: unknown) => {
          throw notTaken(key, error);
        });
        held.push(await taking);
      }
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Whoever waits for a lock fails with ABORTED. */
  async close(): Promise<void> {
    const current = this.#room;
    this.#room = undefined;
    const room = await current?.catch(() => undefined);
    room?.close();
  }

  async #open(): Promise<Room> {
    const current = this.#room;
    const room = await current;
    if (this.#room && this.#room !== current) return this.#open(); // another call has just opened it
    if (room && !room.isLost) return room;
    room?.close();
    const opening: Promise<Room> = Room.open(this.#stateDirectory, this.#network).catch((error: unknown) => {
      if (this.#room === opening) this.#room = undefined;
      throw error;
    });
    this.#room = opening;
    return opening;
  }
}

/** The directory of the locks, held open. */
class Room {
  /** The names of links that this process has made. */
  readonly #held = new Set<string>();
  readonly #closing = new AbortController();
  /** Fulfilled when the programs of a process that has ended have too. */
  readonly #programs = new Map<string, Promise<void>>();
  readonly #descriptor: number;
  /** The path of the directory, for messages. */
  readonly #name: string;
  readonly #path: string;
  readonly #presence: Presence;
  /** Part of the names of locks: the links of another network namespace are different links. */
  readonly #network: Network;

  private constructor(descriptor: number, name: string, network: Network) {
    this.#descriptor = descriptor;
    this.#name = name;
    this.#network = network;
    // Short, for the sockets, and always this directory, even if it is renamed.
    this.#path = `/proc/self/fd/${descriptor}`;
    this.#presence = new Presence(this.#path, (name) => this.#held.has(name));
  }

  /** @throws VifError STATE_DIRECTORY_UNSAFE, STATE_DIRECTORY_FAILED, DESCRIPTORS_EXHAUSTED */
  static async open(stateDirectory: string, network: Network): Promise<Room> {
    const directory = await openSubdirectory(await openStateDirectory(stateDirectory), 'locks');
    try {
      return await Room.#enter(directory, network);
    } catch (error) {
      if (isExhaustion(error)) throw exhausted(`No locks can be taken in ${directory.path}`, error);
      const reason = error instanceof Error ? error.message : String(error);
      const text = `No locks can be taken in ${directory.path}: ${reason}`;
      throw new VifError('STATE_DIRECTORY_FAILED', text, { cause: error });
    }
  }

  static async #enter(directory: StateDirectory, network: Network): Promise<Room> {
    const room = new Room(
      openSync(directory.path, constants.O_RDONLY | constants.O_DIRECTORY),
      directory.path,
      network,
    );
    try {
      await room.#presence.announce(fileModeIn(directory));
      return room;
    } catch (error) {
      room.close();
      throw error;
    }
  }

  /**
   * Whether the directory has been removed, as systemd does with the RuntimeDirectory= of a service that stops, and
   * nothing is held in it: others lock in the one that was made in its place.
   */
  get isLost(): boolean {
    return this.#held.size === 0 && !this.#isClosed && fstatSync(this.#descriptor).nlink === 0;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Those who wait fail: the descriptor's number may soon be that of another directory. */
  close(): void {
    this.#closing.abort();
    for (const name of [...this.#held]) this.#release(name);
    this.#presence.close();
    closeSync(this.#descriptor);
  }

  /** Takes the lock, unless a live process has it. */
  async tryTake(key: string): Promise<Release | undefined> {
    const name = this.#nameOf(key);
    for (;;) {
      if (this.#isClosed) throw closed(key);
      if (this.#make(name)) return async () => this.#release(name);
      const holder = this.#holderOf(name);
      if (holder === this.#presence.name) return undefined;
      if (holder !== undefined && (await isPresent(this.#path, holder))) return undefined;
      if (holder === undefined) continue;
      await this.#programsOf(holder);
      if (!this.#isClosed) await this.#removeOf(holder, name);
    }
  }

  /** @throws VifError TIMEOUT, ABORTED, which name its holder; ABORTED once the room is closed */
  async take(key: string, signal: AbortSignal): Promise<Release> {
    const name = this.#nameOf(key);
    let delay = FIRST_PAUSE;
    let last: string | undefined;
    for (;;) {
      if (this.#isClosed) throw closed(key);
      if (signal.aborted) throw signalError(signal, `waiting for the lock on ${key}${this.#described(name)}`);
      if (this.#make(name)) return async () => this.#release(name);
      const holder = this.#holderOf(name);
      if (holder === undefined) continue;
      const outcome = await untilReleased(this.#path, holder, name, signal, this.#closing.signal);
      if (outcome === 'ended') {
        const doing = `waiting for the programs of process ${pidOf(holder)}, which ended while it held the lock on ${key}`;
        await withinDeadline(this.#programsOf(holder), signal, doing);
        if (!this.#isClosed) await this.#removeOf(holder, name);
      }
      // If it is still the same holder, as when that could not be asked right now, it is asked again after a pause.
      if (holder === last) await pause(delay, signal);
      delay = holder === last ? Math.min(2 * delay, MAX_PAUSE) : FIRST_PAUSE;
      last = holder;
    }
  }

  /** Waits for the programs of a process that has ended. They are looked for once: it starts no others. */
  #programsOf(holder: string): Promise<void> {
    const caller = callerOf(holder);
    const known = this.#programs.get(caller);
    if (known) return known;
    const ending = waitForPrograms(caller);
    this.#programs.set(caller, ending);
    ending.catch(() => this.#programs.delete(caller)); // such as for want of descriptors
    return ending;
  }

  /** A file name has at most 255 bytes, and no slash. */
  #nameOf(key: string): string {
    const readable = encodeURIComponent(key);
    const rest = readable.length > 200 ? digestOf(key) : readable;
    return `${this.#network()}.${rest}`;
  }

  #make(name: string): boolean {
    for (let isRenewed = false; ; isRenewed = true) {
      try {
        // Links to the symbolic link itself, which is not followed.
        linkSync(this.#presence.link, `${this.#path}/${name}`);
        this.#held.add(name);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'EEXIST') return false;
        // Somebody has removed the file, or it has the 65 000 names that ext4 allows.
        if (isRenewed || !(code === 'ENOENT' || code === 'EMLINK')) throw error;
        this.#presence.renewLink();
      }
    }
  }

  #release(name: string): void {
    if (!this.#held.delete(name)) return;
    try {
      unlinkSync(`${this.#path}/${name}`);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    } finally {
      this.#presence.release(name);
    }
  }

  /**
   * @throws VifError STATE_DIRECTORY_FAILED if something else, which vifkit has not made, is in the place of the lock
   */
  #holderOf(name: string): string | undefined {
    const holder = this.#targetOf(name);
    if (holder === undefined || isPresenceName(holder)) return holder;
    const text = `${this.#name}/${name} is not a lock, but has the name of one. Remove it`;
    throw new VifError('STATE_DIRECTORY_FAILED', text);
  }

  /**
   * The target of a link; '' if it is not a link, undefined if it does not exist, as when it was released in the
   * meantime.
   */
  #targetOf(name: string): string | undefined {
    try {
      return readlinkSync(`${this.#path}/${name}`);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT') return undefined;
      if (code === 'EINVAL') return '';
      throw error;
    }
  }

  /** As in `, which process 12 of user 0 has held since ...`. */
  #described(name: string): string {
    try {
      // Everything that a process holds has the same time, that of its last acquire or release: it has held this at
      // least since then.
      const { uid, ctime } = lstatSync(`${this.#path}/${name}`);
      return `, which process ${pidOf(this.#holderOf(name) ?? '')} of user ${uid} has held since ${ctime.toISOString()}`;
    } catch {
      return '';
    }
  }

  /**
   * Removes what a process that has ended held. Only one of the processes that find this at once may do so: another one
   * could remove what a third has acquired in the meantime. So each first takes a lock for this particular holder,
   * which may be left behind in the same way; under it, nobody else removes what the holder had.
   */
  async #removeOf(holder: string, name: string): Promise<void> {
    const removal = `remove.${digestOf(`${name}\n${holder}`)}`;
    if (!this.#make(removal)) {
      const other = this.#holderOf(removal);
      if (other === undefined || other === this.#presence.name) return;
      if (!(await isPresent(this.#path, other)) && !this.#isClosed) await this.#removeOf(other, removal);
      return;
    }
    try {
      if (this.#holderOf(name) === holder) unlinkSync(`${this.#path}/${name}`);
      this.#removePresenceOf(holder);
    } finally {
      this.#release(removal);
    }
  }

  /** It does no harm if it stays, or is something else. */
  #removePresenceOf(holder: string): void {
    for (const suffix of PRESENCE_FILES) {
      try {
        unlinkSync(`${this.#path}/${holder}${suffix}`);
      } catch {}
    }
  }
}

const programsCode = () => import('./left-programs.js');

/** Only for locks of a process that was killed. */
async function waitForPrograms(caller: string): Promise<void> {
  const { untilProgramsEnd } = await loadCode(programsCode);
  await untilProgramsEnd(caller);
}

let own: string | undefined;

/** A process stays in its namespace: threads could leave it, but Node.js has no call for that. */
function ownNetwork(): string {
  own ??= readlinkSync('/proc/self/ns/net').replace(/\D/g, '');
  return own;
}

function closed(key: string): VifError {
  return new VifError('ABORTED', `The host was closed while waiting for the lock on ${key}`);
}

function notTaken(key: string, error: unknown): VifError {
  return asVifError(error, 'STATE_DIRECTORY_FAILED', `The lock on ${key} cannot be taken`);
}

/** Rarely needed, and Node.js takes milliseconds to load the module for it. */
function digestOf(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
