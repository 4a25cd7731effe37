import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { readdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { VifError } from '@vifkit/core';
import { codeOf } from '../kernel/error-code.js';
import {
  findStateDirectory,
  isStill,
  openStateDirectory,
  type StateDirectory,
} from '../state/state-directory.js';
import { isSame, type RecordFlaw, readIfSound, replace } from './record-file.js';

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

interface Found<T> {
  readonly text: string;
  readonly record: T;
}

/** A record's file as it was when it was read or written. */
interface Known<T> {
  readonly stats: Stats;
  readonly text: string;
  readonly record?: T;
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
  readonly #known = new Map<string, Known<T>>();
  #judged: Judged | undefined;
  #writable: StateDirectory | undefined;

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
      const all = await this.read(names.flatMap((name) => this.#isRecord.exec(name)?.[1] ?? []));
      this.#known.clear(); // these are given away
      return all;
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
      const known = this.#unchanged(key);
      if (known && this.#kind.format(make(known.record), keyOf(key)) === known.text) return undefined;
      const directory = await this.#open();
      const file = join(directory.path, this.#nameOf(key));
      const found = this.#look(key, file, directory);
      const former = found && 'record' in found ? found : undefined;
      const record = make(former?.record);
      const text = this.#kind.format(record, keyOf(key));
      if (text !== former?.text) this.#known.set(file, { text, stats: replace(file, text, directory) });
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

  /** A record that was read before, and whose file is still that one: then so is its directory. */
  #unchanged(key: string): Found<T> | undefined {
    if (!this.#writable) return undefined;
    const file = join(this.#writable.path, this.#nameOf(key));
    const { text, stats, record } = this.#known.get(file) ?? {};
    if (text === undefined || stats === undefined || record === undefined) return undefined;
    const found = lstatSync(file, { throwIfNoEntry: false });
    return found && isSame(stats, found) ? { text, record } : undefined;
  }

  /** What a file has. What was read or written before, and is still there, is not read again. */
  #look(key: string, file: string, directory: StateDirectory): Found<T> | RecordFlaw | undefined {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats) return undefined;
    const known = this.#known.get(file);
    const isKnown = known !== undefined && isSame(known.stats, stats);
    const text = isKnown ? known.text : readIfSound(file, directory, this.#kind.mostBytes);
    if (typeof text !== 'string') return text;
    const record = (isKnown ? known.record : undefined) ?? this.#kind.parse(text, keyOf(key));
    if (record === undefined) return { flaw: 'is damaged, or of another version' };
    this.#known.set(file, { stats, text, record });
    return { text, record };
  }

  #remove(file: string): void {
    this.#known.delete(file);
    try {
      unlinkSync(file);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  async #readOne(key: string): Promise<T | VifError | undefined> {
    try {
      const known = this.#unchanged(key);
      if (known) return known.record;
      const directory = await this.#find();
      const found = directory && this.#look(key, join(directory.path, this.#nameOf(key)), directory);
      if (!found || 'record' in found) return found?.record;
      const vifId = this.#kind.vifIdOf?.(key);
      const text = `${this.#pathOf(key)} ${found.flaw}; ${this.#kind.cure}`;
      return new VifError('JOURNAL_INVALID', text, { vifId });
    } catch (error) {
      return failed(error, `Cannot read ${this.#pathOf(key)}`);
    }
  }

  /** It is judged once, and looked at once for all that is asked for in one turn of the event loop. */
  #find(): Promise<StateDirectory | undefined> {
    const judged = this.#judgedNow();
    if (judged.opened) return judged.opened;
    judged.found ??= findStateDirectory(this.#folder);
    return judged.found;
  }

  #open(): Promise<StateDirectory> {
    const judged = this.#judgedNow();
    judged.opened ??= openStateDirectory(this.#folder).then((directory) => {
      this.#writable = directory;
      return directory;
    });
    return judged.opened;
  }

  #judgedNow(): Judged {
    if (!this.#judged) {
      const known = this.#writable && isStill(this.#writable) ? Promise.resolve(this.#writable) : undefined;
      this.#judged = known ? { opened: known } : {};
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

/** Of this code whatever its cause: it tells that nothing was recorded. */
function failed(error: unknown, doing: string): VifError {
  const reason = error instanceof Error ? error.message : String(error);
  return new VifError('JOURNAL_FAILED', `${doing}: ${reason}`, { cause: error });
}
