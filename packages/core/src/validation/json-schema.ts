import { wireUuidPattern } from './uuid.js';
import type { WireType } from './wire-rules.js';

/** A JSON Schema (2020-12), or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const octet = '(25[0-5]|(2[0-4]|1[0-9]|[1-9])?[0-9])';
const ipv4 = `${octet}(\\.${octet}){3}`;
const hex = '[0-9A-Fa-f]';
// How many groups stand around a `::` is more than a pattern should say.
const ipv6 = `((${hex}{1,4}:){7}${hex}{1,4}|(${hex}{1,4}:){6}${ipv4}|[0-9A-Fa-f:.]*::[0-9A-Fa-f:.]*)`;

/** What the types of the wire say in JSON Schema. */
export const wireSchemas = {
  text: { type: 'string' },
  uuid: { type: 'string', pattern: wireUuidPattern },
  mac: { type: 'string', pattern: `^${hex}{2}(:${hex}{2}){5}$` },
  pci: { type: 'string', pattern: `^${hex}{4}:${hex}{2}:[01]${hex}\\.[0-7]$` },
  ip: { type: 'string', pattern: `^(${ipv4}|${ipv6})$` },
  cidr: {
    type: 'string',
    pattern: `^(${ipv4}/(3[0-2]|[12]?[0-9])|${ipv6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$`,
  },
  boolean: { type: 'boolean' },
  integer: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
} as const satisfies Record<WireType, JsonSchema>;
