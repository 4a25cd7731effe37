import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VifError } from '@vifkit/core';
import type { VfJournal, VfRecord } from '../sriov/vf-journal.js';
import {
  fileModeIn,
  findStateDirectory,
  openStateDirectory,
  type StateDirectory,
} from '../state/state-directory.js';
import { readRecordFile } from './read-record-file.js';
import { formatRecord, parseRecord } from './record-format.js';
import { writeAtomically } from './write-atomically.js';

const FILE = /^vf-([\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.[0-7])\.json$/;

/** A journal of a file for each virtual function, in a state directory that is made for the first of them. */
export class FileVfJournal implements VfJournal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(addresses: readonly string[]): Promise<Map<string, VfRecord | VifError>> {
    if (addresses.length === 0) return new Map();
    const directory = findStateDirectory(this.#folder);
    const found = addresses.map(
      async (address) => [address, await this.#readOne(directory, address)] as const,
    );
    return new Map((await Promise.all(found)).flatMap(([address, each]) => (each ? [[address, each]] : [])));
  }

  async list(): Promise<Map<string, VfRecord | VifError>> {
    try {
      const directory = await findStateDirectory(this.#folder);
      const names = directory ? await readdir(directory.path) : [];
      return await this.read(names.flatMap((name) => FILE.exec(name)?.[1] ?? []));
    } catch (error) {
      throw journalFailed(error, `Cannot read ${this.#folder}`);
    }
  }

  record(address: string, record: VfRecord): Promise<VifError | undefined> {
    return attempt(`Cannot write ${this.#file(address)}`, async () => {
      const directory = await openStateDirectory(this.#folder);
      const text = formatRecord(address.toLowerCase(), record);
      await writeAtomically(join(directory.path, nameOf(address)), text, fileModeIn(directory));
    });
  }

  forget(address: string): Promise<VifError | undefined> {
    return attempt(`Cannot remove ${this.#file(address)}`, async () => {
      const directory = await findStateDirectory(this.#folder);
      if (directory) await rm(join(directory.path, nameOf(address)), { force: true });
    });
  }

  async #readOne(
    opened: Promise<StateDirectory | undefined>,
    address: string,
  ): Promise<VfRecord | VifError | undefined> {
    const file = this.#file(address);
    try {
      const directory = await opened;
      const text = directory && readRecordFile(join(directory.path, nameOf(address)), directory);
      if (text === undefined) return undefined;
      const record = typeof text === 'string' ? parseRecord(address.toLowerCase(), text) : undefined;
      const flaw = typeof text === 'string' ? 'is damaged, or of another version' : text.flaw;
      const cure = 'set the function by hand, and remove the file';
      return record ?? new VifError('JOURNAL_INVALID', `${file} ${flaw}; ${cure}`);
    } catch (error) {
      return journalFailed(error, `Cannot read ${file}`);
    }
  }

  #file(address: string): string {
    return join(this.#folder, nameOf(address));
  }
}

function nameOf(address: string): string {
  return `vf-${address.toLowerCase()}.json`;
}

async function attempt(doing: string, run: () => Promise<void>): Promise<VifError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return journalFailed(error, doing);
  }
}

/** Of this code whatever its cause: it tells that nothing was recorded. */
function journalFailed(error: unknown, doing: string): VifError {
  const reason = error instanceof Error ? error.message : String(error);
  return new VifError('JOURNAL_FAILED', `${doing}: ${reason}`, { cause: error });
}
