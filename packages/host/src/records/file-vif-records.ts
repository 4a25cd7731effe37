import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { isVifError, VifError } from '@vifkit/core';
import type { VifRecord, VifRecords } from '@vifkit/engine';
import { readRecordFile } from '../journal/read-record-file.js';
import {
  fileModeIn,
  findStateDirectory,
  openStateDirectory,
  type StateDirectory,
} from '../state/state-directory.js';

const FILE = /^vif-([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.json$/;

/** As much as a request may have, and what is around it. */
const MOST_BYTES = 1024 * 1024 + 4_096;

const VERSION = 1;

/**
 * A file for each VIF, in the state directory that the locks have made. It is not synced: it is not to outlive a restart
 * of the host.
 */
export class FileVifRecords implements VifRecords {
  readonly #folder: string;
  #opened: StateDirectory | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(): Promise<(VifRecord | VifError)[]> {
    try {
      const directory = await findStateDirectory(this.#folder);
      const names = directory ? await readdir(directory.path) : [];
      return await this.read(names.flatMap((name) => FILE.exec(name)?.[1] ?? []));
    } catch (error) {
      return [recordFailed(error, `Cannot read ${this.#folder}`)];
    }
  }

  async read(vifIds: readonly string[]): Promise<(VifRecord | VifError)[]> {
    if (vifIds.length === 0) return [];
    const directory = await findStateDirectory(this.#folder);
    if (!directory) return [];
    return vifIds.flatMap((vifId) => this.#readOne(directory, vifId) ?? []);
  }

  async put(record: VifRecord): Promise<VifError | undefined> {
    const { vifId } = record;
    try {
      const directory = await this.#directory();
      const former = this.#readOne(directory, vifId);
      const known = former && !isVifError(former) ? former : undefined;
      const text = format(succeeding(record, known));
      if (known && format(succeeding(known, known)) === text) return undefined;
      const file = join(directory.path, nameOf(vifId));
      const draft = `${file}.new`;
      rmSync(draft, { force: true });
      writeFileSync(draft, text, { mode: fileModeIn(directory), flag: 'wx' });
      renameSync(draft, file);
      return undefined;
    } catch (error) {
      return recordFailed(error, `Cannot write the record of VIF ${vifId}`);
    }
  }

  async forget(vifId: string): Promise<VifError | undefined> {
    try {
      const directory = this.#opened ?? (await findStateDirectory(this.#folder));
      if (directory) rmSync(join(directory.path, nameOf(vifId)), { force: true });
      return undefined;
    } catch (error) {
      return recordFailed(error, `Cannot remove the record of VIF ${vifId}`);
    }
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    try {
      const { path } = await openStateDirectory(this.#folder);
      for await (const { filename } of watch(path, { signal })) {
        if (filename === null || FILE.test(filename)) changed();
      }
    } catch {
      // The signal fired, or what others record cannot be seen: then nothing is told of it.
    }
  }

  /** Judged once for all records of one turn of the event loop. */
  async #directory(): Promise<StateDirectory> {
    if (this.#opened) return this.#opened;
    this.#opened = await openStateDirectory(this.#folder);
    setImmediate(() => {
      this.#opened = undefined;
    });
    return this.#opened;
  }

  #readOne(directory: StateDirectory, vifId: string): VifRecord | VifError | undefined {
    const file = join(directory.path, nameOf(vifId));
    try {
      const text = readRecordFile(file, directory, MOST_BYTES);
      if (text === undefined) return undefined;
      const record = typeof text === 'string' ? parse(text, vifId) : undefined;
      if (record) return record;
      const flaw = typeof text === 'string' ? 'is damaged, or of another version' : text.flaw;
      return new VifError('JOURNAL_INVALID', `${file} ${flaw}; remove it, and plug the VIF again`, { vifId });
    } catch (error) {
      return recordFailed(error, `Cannot read ${file}`);
    }
  }
}

/** A record in the place of a former one. Its keys have an order, so that two that are alike are so as text. */
function succeeding(
  { vifId, since, changed, managedBy, path, plugin, request }: VifRecord,
  former: VifRecord | undefined,
): VifRecord {
  const latest = changed ?? former?.changed;
  return {
    vifId,
    since: former?.since ?? since,
    ...(latest !== undefined && { changed: latest }),
    ...(managedBy !== undefined && { managedBy }),
    path,
    plugin,
    request,
  };
}

function nameOf(vifId: string): string {
  return `vif-${vifId.toLowerCase()}.json`;
}

function format(record: VifRecord): string {
  return `${JSON.stringify({ version: VERSION, ...record })}\n`;
}

/** What is no record of this VIF is undefined. The request itself is judged like any other, where it is used. */
function parse(text: string, vifId: string): VifRecord | undefined {
  try {
    const { version, ...record }: VifRecord & { readonly version: unknown } = JSON.parse(text);
    const isWhole =
      version === VERSION &&
      record.vifId.toLowerCase() === vifId.toLowerCase() &&
      !Number.isNaN(Date.parse(record.since)) &&
      !Number.isNaN(Date.parse(record.changed ?? record.since)) &&
      ['string', 'undefined'].includes(typeof record.managedBy) &&
      typeof record.plugin === 'string' &&
      ['os-vif', 'legacy'].includes(record.path) &&
      typeof record.request === 'object' &&
      record.request !== null;
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

function recordFailed(error: unknown, doing: string): VifError {
  if (isVifError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new VifError('JOURNAL_FAILED', `${doing}: ${reason}`, { cause: error });
}
