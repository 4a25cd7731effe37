import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asVifError, type Outcome, VifError } from '@vifkit/core';
import { formatRecord, parseRecord } from './record-format.js';
import type { VfJournal, VfRecord } from './vf-journal.js';
import { writeAtomically } from './write-atomically.js';

const FILE = /^vf-([\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.[0-7])\.json$/;

/** A journal of a file for each virtual function, in a folder that is made for the first of them. */
export class FileVfJournal implements VfJournal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(addresses: readonly string[]): Promise<Map<string, VfRecord | VifError>> {
    const found = addresses.map(async (address) => [address, await this.#readOne(address)] as const);
    return new Map((await Promise.all(found)).flatMap(([address, each]) => (each ? [[address, each]] : [])));
  }

  async list(): Promise<Map<string, VfRecord | VifError>> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw asVifError(error, 'JOURNAL_FAILED', `Cannot read ${this.#folder}`);
    });
    return this.read(names.flatMap((name) => FILE.exec(name)?.[1] ?? []));
  }

  record(address: string, record: VfRecord): Promise<Outcome> {
    const file = this.#file(address);
    return attempt(`Cannot write ${file}`, () =>
      writeAtomically(file, formatRecord(address.toLowerCase(), record)),
    );
  }

  forget(address: string): Promise<Outcome> {
    const file = this.#file(address);
    return attempt(`Cannot remove ${file}`, () => rm(file, { force: true }));
  }

  async #readOne(address: string): Promise<VfRecord | VifError | undefined> {
    const file = this.#file(address);
    try {
      const record = parseRecord(address.toLowerCase(), await readFile(file, 'utf8'));
      const text = `${file} is damaged, or of another version; set the function by hand, and remove the file`;
      return record ?? new VifError('JOURNAL_INVALID', text);
    } catch (error) {
      if (isMissing(error)) return undefined;
      return asVifError(error, 'JOURNAL_FAILED', `Cannot read ${file}`);
    }
  }

  #file(address: string): string {
    return join(this.#folder, `vf-${address.toLowerCase()}.json`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function attempt(doing: string, run: () => Promise<void>): Promise<Outcome> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return asVifError(error, 'JOURNAL_FAILED', doing);
  }
}
