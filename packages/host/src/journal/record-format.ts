import type { VfState } from '../sysfs/vf-table.js';
import type { VfRecord } from './vf-journal.js';

const VERSION = 1;

/** The text of a record's file. */
export function formatRecord(address: string, record: VfRecord): string {
  return `${JSON.stringify({ version: VERSION, address, ...record })}\n`;
}

/**
 * The record in a file's text; undefined if it is not one of this function. What is read goes to the kernel later
 * on, on a line for `ip`, so nothing passes but what {@link formatRecord} writes.
 */
export function parseRecord(address: string, text: string): VfRecord | undefined {
  const { version, address: owner, vifId, former } = fieldsOf(parseJson(text));
  if (version !== VERSION || owner !== address || typeof vifId !== 'string') return undefined;
  const { mac, vlan, qos, protocol, trust, deviceMac } = fieldsOf(former);
  const isWhole =
    matches(mac, /^[\da-f:]*$/i) &&
    isUpTo(vlan, 4095) &&
    (qos === undefined || isUpTo(qos, 7)) &&
    (protocol === undefined || matches(protocol, /^[\w.]+$/)) &&
    (trust === undefined || typeof trust === 'boolean') &&
    (deviceMac === undefined || matches(deviceMac, /^[\da-f:]+$/i));
  return isWhole ? { vifId, former: former as VfState } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isUpTo(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}
