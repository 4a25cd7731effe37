import type { VifError } from '@vifkit/core';
import { isUuid } from '@vifkit/core/internal';
import { MAX_WRITTEN, type VfJournal, type VfRecord } from '../sriov/vf-journal.js';
import type { VfSettings, VfState } from '../sriov/vf-table.js';
import { RecordFiles, type RecordKind } from './record-files.js';

const VERSION = 2;

/** Version 1 lacks the written settings. */
const READABLE: readonly unknown[] = [1, VERSION];

const functions: RecordKind<VfRecord> = {
  prefix: 'vf',
  key: /[\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.[0-7]/,
  maxBytes: 4_096, // many times what a record needs
  remedy: 'set the function by hand, and remove the file',
  format: (record, address) => `${JSON.stringify({ version: VERSION, address, ...record })}\n`,
  parse,
};

/** Records of the former settings of virtual functions, in the state directory. */
export class FileVfJournal implements VfJournal {
  readonly #files: RecordFiles<VfRecord>;

  constructor(folder: string) {
    this.#files = new RecordFiles(folder, functions);
  }

  read(addresses: readonly string[]): Promise<Map<string, VfRecord | VifError>> {
    return this.#files.read(addresses);
  }

  list(): Promise<Map<string, VfRecord | VifError>> {
    return this.#files.list();
  }

  record(address: string, record: VfRecord): Promise<VifError | undefined> {
    return this.#files.put(address, () => record);
  }

  forget(address: string): Promise<VifError | undefined> {
    return this.#files.forget(address);
  }
}

type Rule = (value: unknown) => boolean;
type Rules<T> = { readonly [Key in keyof T]-?: Rule };

const hardwareAddress = /^[\da-f]{2}(:[\da-f]{2})+$/i;

const recordRules = (address: string): Rules<VfRecord & { version: unknown; address: unknown }> => ({
  version: (value) => READABLE.includes(value),
  address: (value) => value === address,
  vifId: isUuid,
  former: (value) => isOfForm<VfState>(value, stateRules),
  written: isMissingOr(
    (value) =>
      Array.isArray(value) &&
      value.length <= MAX_WRITTEN &&
      value.every((each) => isOfForm<VfSettings>(each, settingRules)),
  ),
});

const stateRules: Rules<VfState> = {
  mac: (value) => value === '' || matches(hardwareAddress)(value),
  vlan: isUpTo(4095),
  qos: isMissingOr(isUpTo(7)),
  protocol: isMissingOr(matches(/^[\w.]{1,16}$/)),
  trust: isMissingOr((value) => typeof value === 'boolean'),
  deviceMac: isMissingOr(matches(hardwareAddress)),
};

const settingRules: Rules<VfSettings> = {
  ...stateRules,
  mac: isMissingOr(stateRules.mac),
  vlan: isMissingOr(stateRules.vlan),
};

/** What is read is later passed to the kernel, on a line for `ip`: so only what we write ourselves is accepted. */
function parse(text: string, address: string): VfRecord | undefined {
  const read = parseJson(text);
  if (!isOfForm<VfRecord>(read, recordRules(address))) return undefined;
  const { vifId, former, written } = read;
  return { vifId, former, ...(written && { written }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value has everything that the rules require, and nothing else: no rule allows `__proto__` either. */
function isOfForm<T>(value: unknown, rules: Rules<T>): value is T {
  if (typeof value !== 'object' || value === null) return false;
  const found = new Map<string, unknown>(Object.entries(value));
  const isKnown = [...found.keys()].every((key) => Object.hasOwn(rules, key));
  return isKnown && Object.entries<Rule>(rules).every(([key, rule]) => rule(found.get(key)));
}

function matches(pattern: RegExp): Rule {
  return (value) => typeof value === 'string' && pattern.test(value);
}

function isUpTo(most: number): Rule {
  return (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

function isMissingOr(rule: Rule): Rule {
  return (value) => value === undefined || rule(value);
}
