import {
  isCidr,
  isIpAddress,
  isLinkName,
  isMacAddress,
  isMtu,
  isPciAddress,
  isPlainText,
  isPortProfile,
  isSocketPath,
  isUnicastMac,
  isUuid,
  isVlanId,
  isWireUuid,
  linkNameRule,
  maxPortProfileLength,
  maxSocketPathLength,
  maxTextLength,
  mtuRange,
  patterns,
  vlanRange,
} from './values.js';

/** A predicate, and what a message says after the name of a refused value. */
export interface Rule {
  readonly accepts: (value: unknown) => boolean;
  readonly says: string;
}

/** The rules for single values, which decorators and declared fields use. */
export const rules = {
  linkName: { accepts: isLinkName, says: linkNameRule },
  mac: { accepts: isUnicastMac, says: 'must be a unicast MAC address (xx:xx:xx:xx:xx:xx)' },
  pci: { accepts: isPciAddress, says: 'must be a PCI address (dddd:bb:ss.f)' },
  ip: { accepts: isIpAddress, says: 'must be an IP address' },
  cidr: { accepts: isCidr, says: 'must be an IP network with a prefix length' },
  uuid: { accepts: isUuid, says: 'must be a UUID' },
  text: { accepts: isPlainText, says: 'must be text of at most 255 characters without control characters' },
  socketPath: { accepts: isSocketPath, says: 'must be an absolute path of at most 107 bytes' },
  portProfile: { accepts: isPortProfile, says: 'must be text of 1 to 39 bytes without control characters' },
  boolean: { accepts: (value: unknown) => typeof value === 'boolean', says: 'must be true or false' },
  mtu: { accepts: isMtu, says: `must be an integer from ${mtuRange.min} to ${mtuRange.max}` },
  vlanId: { accepts: isVlanId, says: `must be an integer from ${vlanRange.min} to ${vlanRange.max}` },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

/** What the types of os-vif's fields accept. os-vif has no types for link names, paths or integer ranges. */
export const wireRules = {
  text: { accepts: (value: unknown) => typeof value === 'string', says: 'must be text' },
  /** os-vif's fields accept even more, with a warning. */
  uuid: { accepts: isWireUuid, says: 'must be a UUID' },
  mac: { accepts: isMacAddress, says: 'must be a MAC address (xx:xx:xx:xx:xx:xx)' },
  pci: rules.pci,
  ip: rules.ip,
  cidr: rules.cidr,
  boolean: rules.boolean,
  /** Python's integers are unbounded, but JSON.parse has already changed any larger one. */
  integer: { accepts: Number.isSafeInteger, says: 'must be an integer of at most 53 bits' },
} as const satisfies Record<string, Rule>;

export type WireType = keyof typeof wireRules;

/** A JSON Schema (2020-12), or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const octet = '(25[0-5]|(2[0-4]|1[0-9]|[1-9])?[0-9])';
const ipv4 = `${octet}(\\.${octet}){3}`;
const hex = '[0-9A-Fa-f]';
// The pattern does not count the groups around a `::`.
const ipv6 = `((${hex}{1,4}:){7}${hex}{1,4}|(${hex}{1,4}:){6}${ipv4}|[0-9A-Fa-f:.]*::[0-9A-Fa-f:.]*)`;

/** The JSON Schemas of the wire types. */
export const wireSchemas = {
  text: { type: 'string' },
  uuid: { type: 'string', pattern: patterns.wireUuid },
  mac: { type: 'string', pattern: patterns.mac },
  pci: { type: 'string', pattern: patterns.pci },
  ip: { type: 'string', pattern: `^(${ipv4}|${ipv6})$` },
  cidr: {
    type: 'string',
    pattern: `^(${ipv4}/(3[0-2]|[12]?[0-9])|${ipv6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$`,
  },
  boolean: { type: 'boolean' },
  integer: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
} as const satisfies Record<WireType, JsonSchema>;

const plainText = { type: 'string', pattern: patterns.plainText, maxLength: maxTextLength } as const;

/** The JSON Schemas of the rules for single values, for all spellings that are read. */
export const plugSchemas = {
  linkName: { type: 'string', pattern: patterns.linkName },
  mac: { type: 'string', pattern: patterns.unicastMac.replace(':', '[:-]') },
  pci: wireSchemas.pci,
  ip: wireSchemas.ip,
  cidr: wireSchemas.cidr,
  uuid: { type: 'string', pattern: patterns.uuid },
  text: plainText,
  /** A schema cannot limit the number of bytes, only of characters. */
  socketPath: {
    ...plainText,
    pattern: patterns.plainText.replace('^', '^/'),
    maxLength: maxSocketPathLength,
  },
  /** The same holds here. */
  portProfile: { ...plainText, minLength: 1, maxLength: maxPortProfileLength },
  boolean: wireSchemas.boolean,
} as const satisfies Record<Exclude<RuleName, 'mtu' | 'vlanId'>, JsonSchema>;
