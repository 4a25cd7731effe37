import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { readdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { VifError } from '@vifkit/core';
import { codeOf } from '../kernel/error-code.js';
import {
  fileModeIn,
  findStateDirectory,
  flawOf,
  openStateDirectory,
  type StateDirectory,
} from '../state/state-directory.js';

/** A sort of records: of VIFs, or of virtual functions. */
export interface RecordKind<T> {
  /** What the names of their files begin with, as in `vif-ID.json`. */
  readonly prefix: string;
  /** What their keys look like, in lower case. */
  readonly key: RegExp;
  /** No record has more. */
  readonly mostBytes: number;
  /** What to do about one that cannot be believed. */
  readonly cure: string;
  /** The VIF that a key is the id of, for errors. */
  vifIdOf?(key: string): string;
  format(record: T, key: string): string;
  /** Undefined for a text that is no record of this key. */
  parse(text: string, key: string): T | undefined;
}

/** A state directory that was judged: to be read, or to be written to as well. */
interface Judged {
  found?: Promise<StateDirectory | undefined>;
  opened?: Promise<StateDirectory>;
}

/**
 * Records, a file each, in a state directory that is made for the first of them. Each is written as a whole: whoever reads
 * it, even after a process was killed, finds the former one or the new one. Nothing is synced, since no record is to
 * outlive a restart of the host. What is small, and in memory, is read and written at once: that takes less time than a turn
 * by way of Node's threads.
 */
export class RecordFiles<T> {
  readonly #folder: string;
  readonly #kind: RecordKind<T>;
  readonly #isRecord: RegExp;
  readonly #written = new Map<string, Written>();
  #judged: Judged | undefined;

  constructor(folder: string, kind: RecordKind<T>) {
    this.#folder = folder;
    this.#kind = kind;
    this.#isRecord = new RegExp(`^${kind.prefix}-(${kind.key.source})\\.json$`);
  }

  /** Records by their keys, or why one cannot be read; a key without a record is missing. Never rejects. */
  async read(keys: readonly string[]): Promise<Map<string, T | VifError>> {
    const found = keys.map(async (key) => [key, await this.#readOne(key)] as const);
    return new Map((await Promise.all(found)).flatMap(([key, each]) => (each ? [[key, each]] : [])));
  }

  /** All records. @throws VifError JOURNAL_FAILED when it cannot be told which there are */
  async list(): Promise<Map<string, T | VifError>> {
    try {
      const directory = await this.#find();
      const names = directory ? await readdir(directory.path) : [];
      return await this.read(names.flatMap((name) => this.#isRecord.exec(name)?.[1] ?? []));
    } catch (error) {
      throw failed(error, `Cannot read ${this.#folder}`);
    }
  }

  /**
   * Writes a record, unless it is there as it is. Never rejects.
   * @param make is given the one that is there
   */
  async put(key: string, make: (former: T | undefined) => T): Promise<VifError | undefined> {
    try {
      const directory = await this.#open();
      const file = join(directory.path, this.#nameOf(key));
      const former = this.#formerText(file, directory);
      const record = make(former === undefined ? undefined : this.#kind.parse(former, keyOf(key)));
      const text = this.#kind.format(record, keyOf(key));
      if (text !== former) this.#written.set(file, replace(file, text, directory));
      return undefined;
    } catch (error) {
      return failed(error, `Cannot write ${this.#pathOf(key)}`);
    }
  }

  /** Removes a record, if there is one. Never rejects. */
  async forget(key: string): Promise<VifError | undefined> {
    try {
      const directory = await this.#find();
      if (directory) this.#remove(join(directory.path, this.#nameOf(key)));
      return undefined;
    } catch (error) {
      return failed(error, `Cannot remove ${this.#pathOf(key)}`);
    }
  }

  /** Calls `changed` whenever records may have changed, until the signal fires; then it resolves. Never rejects. */
  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    try {
      const { path } = await this.#open();
      for await (const { filename } of watch(path, { signal })) {
        if (filename === null || this.#isRecord.test(filename)) changed();
      }
    } catch {
      // The signal fired, or what others record cannot be seen: then nothing is told of it.
    }
  }

  /** What was written here and is still there need not be read. */
  #formerText(file: string, directory: StateDirectory): string | undefined {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats) return undefined;
    const written = this.#written.get(file);
    if (written && isSame(written.stats, stats)) return written.text;
    const text = readIfSound(file, directory, this.#kind.mostBytes);
    return typeof text === 'string' ? text : undefined;
  }

  #remove(file: string): void {
    this.#written.delete(file);
    try {
      unlinkSync(file);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  async #readOne(key: string): Promise<T | VifError | undefined> {
    try {
      const directory = await this.#find();
      const text =
        directory && readIfSound(join(directory.path, this.#nameOf(key)), directory, this.#kind.mostBytes);
      if (text === undefined) return undefined;
      const record = typeof text === 'string' ? this.#kind.parse(text, keyOf(key)) : undefined;
      const flaw = typeof text === 'string' ? 'is damaged, or of another version' : text.flaw;
      if (record) return record;
      const vifId = this.#kind.vifIdOf?.(key);
      return new VifError('JOURNAL_INVALID', `${this.#pathOf(key)} ${flaw}; ${this.#kind.cure}`, { vifId });
    } catch (error) {
      return failed(error, `Cannot read ${this.#pathOf(key)}`);
    }
  }

  /** It is judged once for all that is asked for in one turn of the event loop. */
  #find(): Promise<StateDirectory | undefined> {
    const judged = this.#judgedNow();
    if (judged.opened) return judged.opened;
    judged.found ??= findStateDirectory(this.#folder);
    return judged.found;
  }

  #open(): Promise<StateDirectory> {
    const judged = this.#judgedNow();
    judged.opened ??= openStateDirectory(this.#folder);
    return judged.opened;
  }

  #judgedNow(): Judged {
    if (!this.#judged) {
      this.#judged = {};
      setImmediate(() => {
        this.#judged = undefined;
      });
    }
    return this.#judged;
  }

  #nameOf(key: string): string {
    return `${this.#kind.prefix}-${keyOf(key)}.json`;
  }

  #pathOf(key: string): string {
    return join(this.#folder, this.#nameOf(key));
  }
}

function keyOf(key: string): string {
  return key.toLowerCase();
}

/** What opening something that is no file says: a symbolic link, a socket, a device without a driver. */
const NO_FILE = ['ELOOP', 'ENXIO', 'ENODEV'];

/** Why a record's file cannot be believed. */
interface RecordFlaw {
  readonly flaw: string;
}

/**
 * The text of a record's file; undefined if there is none. What is there instead of it may be anything: so it is opened
 * without waiting for a FIFO's writer, judged by what was opened, and read up to a bound.
 */
function readIfSound(
  path: string,
  directory: StateDirectory,
  mostBytes: number,
): string | RecordFlaw | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  let descriptor: number;
  try {
    descriptor = openSync(path, flags);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.includes(code)) return { flaw: 'is no regular file' };
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { flaw: 'is no regular file' };
    if (stats.nlink !== 1) return { flaw: `has ${stats.nlink} names (hard links)` };
    const flaw = flawOf(stats, directory);
    if (flaw) return { flaw };
    if (stats.size > mostBytes) return { flaw: `has more than ${mostBytes} bytes` };
    const buffer = Buffer.alloc(stats.size);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, stats.size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Puts a text in the place of a file, as a whole. By hand, because write-file-atomic does not keep to a draft that it made
 * itself.
 */
function replace(file: string, text: string, directory: StateDirectory): Written {
  const draft = `${file}.new`;
  const mode = fileModeIn(directory);
  const descriptor = openDraft(draft, mode);
  try {
    try {
      if (directory.sharedBy !== undefined) fchmodSync(descriptor, mode); // the umask may have taken the group's
      for (let left = Buffer.from(text); left.length > 0; ) left = left.subarray(writeSync(descriptor, left));
      const stats = fstatSync(descriptor);
      renameSync(draft, file);
      return { text, stats };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** A file that this process wrote, and its text. */
interface Written {
  readonly text: string;
  readonly stats: Pick<Stats, 'ino' | 'mtimeMs' | 'size'>;
}

function isSame(a: Written['stats'], b: Stats): boolean {
  return a.ino === b.ino && a.mtimeMs === b.mtimeMs && a.size === b.size;
}

function openDraft(draft: string, mode: number): number {
  try {
    return openSync(draft, 'wx', mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    rmSync(draft, { force: true }); // of a process that was killed
    return openSync(draft, 'wx', mode);
  }
}

/** Of this code whatever its cause: it tells that nothing was recorded. */
function failed(error: unknown, doing: string): VifError {
  const reason = error instanceof Error ? error.message : String(error);
  return new VifError('JOURNAL_FAILED', `${doing}: ${reason}`, { cause: error });
}
