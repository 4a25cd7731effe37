import { asVifError, type VifError } from '@vifkit/core';
import type { VifRecord, VifRecords } from '@vifkit/engine';
import { RecordFiles, type RecordKind } from './record-files.js';

const VERSION = 1;

const vifs: RecordKind<VifRecord> = {
  prefix: 'vif',
  key: /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/,
  // The maximum size of a request, plus the rest of the record.
  maxBytes: 1024 * 1024 + 4_096,
  remedy: 'remove it, and plug the VIF again',
  vifIdOf: (key) => key,
  format: (record) => `${JSON.stringify({ version: VERSION, ...record })}\n`,
  parse(text, vifId) {
    try {
      const { version, ...record }: VifRecord & { readonly version: unknown } = JSON.parse(text);
      return version === VERSION && isOf(vifId, record) ? record : undefined;
    } catch {
      return undefined;
    }
  },
};

/** The request itself is validated like any other when it is used. */
function isOf(vifId: string, record: VifRecord): boolean {
  return (
    record.vifId.toLowerCase() === vifId &&
    !Number.isNaN(Date.parse(record.since)) &&
    !Number.isNaN(Date.parse(record.changed ?? record.since)) &&
    ['string', 'undefined'].includes(typeof record.managedBy) &&
    typeof record.plugin === 'string' &&
    ['os-vif', 'legacy'].includes(record.path) &&
    typeof record.request === 'object' &&
    record.request !== null
  );
}

/** The record that replaces a former one. Its keys are in a fixed order, so that equal records have equal text. */
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

/** Records of how VIFs were plugged, in the state directory. */
export class FileVifRecords implements VifRecords {
  readonly #files: RecordFiles<VifRecord>;

  constructor(folder: string) {
    this.#files = new RecordFiles(folder, vifs);
  }

  async list(): Promise<(VifRecord | VifError)[]> {
    try {
      return [...(await this.#files.list()).values()];
    } catch (error) {
      return [asVifError(error, 'JOURNAL_FAILED', 'The records cannot be read')];
    }
  }

  async read(vifIds: readonly string[]): Promise<(VifRecord | VifError)[]> {
    return [...(await this.#files.read(vifIds)).values()];
  }

  put(record: VifRecord): Promise<VifError | undefined> {
    return this.#files.put(record.vifId, (former) => succeeding(record, former));
  }

  forget(vifId: string): Promise<VifError | undefined> {
    return this.#files.forget(vifId);
  }

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    return this.#files.watch(changed, signal);
  }
}
