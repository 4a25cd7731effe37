import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { VifError } from '@vifkit/core';
import { codeOf } from '../kernel/error-code.js';
import { followFolder } from '../kernel/kernel-files.js';
import {
  findStateDirectory,
  isStill,
  openStateDirectory,
  type StateDirectory,
} from '../state/state-directory.js';
import { isSame, type RecordFlaw, readIfSound, replace } from './record-file.js';

/** A kind of records: of VIFs, or of virtual functions. */
export interface RecordKind<T> {
  /** The prefix of their file names, as in `vif-ID.json`. */
  readonly prefix: string;
  /** The pattern of their keys, in lower case. */
  readonly key: RegExp;
  /** The maximum size of a record. */
  readonly maxBytes: number;
  /** What to do about a record that cannot be trusted. */
  readonly remedy: string;
  /** The VIF whose id the key is, for errors. */
  vifIdOf?(key: string): string;
  format(record: T, key: string): string;
  /** Undefined if the text is not a record for this key. */
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

/** A state directory that was checked: for reading, or also for writing. */
interface Judged {
  found?: Promise<StateDirectory | undefined>;
  opened?: Promise<StateDirectory>;
}

/**
 * Records, one file each, in a state directory that is made for the first of them. Each is written atomically: a reader
 * finds either the old or the new one, even after a process was killed. Nothing is synced, since no record has to
 * survive a restart of the host. The files are small and in memory, so they are read and written synchronously: that
 * takes less time than a detour through Node's thread pool.
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

  /** The records by key, or an error for one that cannot be read; a key without a record is left out. Never rejects. */
  async read(keys: readonly string[]): Promise<Map<string, T | VifError>> {
    const found = keys.map(async (key) => [key, await this.#readOne(key)] as const);
    return new Map((await Promise.all(found)).flatMap(([key, each]) => (each ? [[key, each]] : [])));
  }

  /**
   * All records.
   * @throws VifError JOURNAL_FAILED if they cannot be listed
   */
  async list(): Promise<Map<string, T | VifError>> {
    try {
      const directory = await this.#find();
      const names = directory ? await readdir(directory.path) : [];
      const all = await this.read(names.flatMap((name) => this.#isRecord.exec(name)?.[1] ?? []));
      this.#known.clear(); // these are handed out to callers
      return all;
    } catch (error) {
      throw failed(error, `Cannot read ${this.#folder}`);
    }
  }

  /**
   * Writes a record, unless it exists unchanged. Never rejects.
   * @param make is given the existing record
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

  /** Calls `changed` whenever records may have changed. Resolves once the signal fires. Never rejects. */
  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    try {
      const { path } = await this.#open();
      const isRecord = (name: string | null) => name === null || this.#isRecord.test(name);
      await followFolder(path, (name) => isRecord(name) && changed(), signal);
    } catch {
      // The records of others cannot be watched: changes to them are not reported.
    }
  }

  /** A record that was read before and whose file is still the same: then its directory is the same too. */
  #unchanged(key: string): Found<T> | undefined {
    if (!this.#writable) return undefined;
    const file = join(this.#writable.path, this.#nameOf(key));
    const { text, stats, record } = this.#known.get(file) ?? {};
    if (text === undefined || stats === undefined || record === undefined) return undefined;
    const found = lstatSync(file, { throwIfNoEntry: false });
    return found && isSame(stats, found) ? { text, record } : undefined;
  }

  /** The content of a file. A file that was read or written before and is unchanged is not read again. */
  #look(key: string, file: string, directory: StateDirectory): Found<T> | RecordFlaw | undefined {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats) return undefined;
    const known = this.#known.get(file);
    const isKnown = known !== undefined && isSame(known.stats, stats);
    const text = isKnown ? known.text : readIfSound(file, directory, this.#kind.maxBytes);
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
      const text = `${this.#pathOf(key)} ${found.flaw}; ${this.#kind.remedy}`;
      return new VifError('JOURNAL_INVALID', text, { vifId });
    } catch (error) {
      return failed(error, `Cannot read ${this.#pathOf(key)}`);
    }
  }

  /** The directory is checked once, and looked up once for all requests in one turn of the event loop. */
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

/** The error has this code whatever its cause: it means that nothing was recorded. */
function failed(error: unknown, doing: string): VifError {
  const reason = error instanceof Error ? error.message : String(error);
  return new VifError('JOURNAL_FAILED', `${doing}: ${reason}`, { cause: error });
}
