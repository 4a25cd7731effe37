import { isIP, SocketAddress } from 'node:net';
import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';

const hex = '[0-9A-Fa-f]';

/** Also used in the JSON Schemas. */
export const patterns = {
  mac: `^${hex}{2}(:${hex}{2}){5}$`,
  /** The lowest bit of the first octet is set in a multicast address, and in the broadcast address. */
  unicastMac: `^${hex}[02468ACEace](:${hex}{2}){5}$`,
  pci: `^${hex}{4}:${hex}{2}:[01]${hex}\\.[0-7]$`,
  /** Version and variant are not checked: OpenStack's ids may have any. */
  uuid: `^${hex}{8}(-${hex}{4}){3}-${hex}{12}$`,
  /** As Python's uuid.UUID reads them: hyphens are optional, and a URN prefix or braces are allowed. */
  wireUuid: `^(urn:uuid:)?\\{?${hex}{8}(-?${hex}{4}){3}-?${hex}{12}\\}?$`,
  /**
   * Letters, digits and `_.+-` only. The kernel accepts more, but treats `%` as a template; `/` and spaces end a name
   * in /proc; and `#`, `\` and quotes are special to `ip -batch`. 15 bytes is IFNAMSIZ less the NUL. `all` and
   * `default` are directories of /proc/sys/net/ipv4/conf whose settings are not those of one link. To `ip`, `if2` is
   * the link with index 2 if no link has that name.
   */
  linkName: '^(?!(\\.{1,2}|all|default|if[0-9]+)$)[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,14}$',
  /** Without control characters, lone surrogates, and the two other code points that XML 1.0 forbids. */
  plainText: '^[^\\p{Cc}\\p{Cs}\\uFFFE\\uFFFF]*$',
} as const;

const mac = new RegExp(patterns.mac);
const unicastMac = new RegExp(patterns.unicastMac);
const pci = new RegExp(patterns.pci);
const prefix = /^(0|[1-9][0-9]{0,2})$/;

/** Six octets in hex, separated by colons. */
export function isMacAddress(value: unknown): value is string {
  return typeof value === 'string' && mac.test(value);
}

/** The MAC address of one card. libvirt and the kernel give no card a multicast address. */
export function isUnicastMac(value: unknown): value is string {
  return typeof value === 'string' && unicastMac.test(value);
}

/** A PCI function: domain, bus, slot, function, as in `0000:05:10.1`. */
export function isPciAddress(value: unknown): value is string {
  return typeof value === 'string' && pci.test(value);
}

/** An IPv4 or IPv6 address. Unlike Node, this does not accept an IPv6 zone (`fe80::1%eth0`). */
export function isIpAddress(value: unknown): value is string {
  return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
}

/** An IPv4 or IPv6 network with its prefix length. Host bits may be set. */
export function isCidr(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [address, length, ...rest] = value.split('/');
  if (!isIpAddress(address) || length === undefined || rest.length > 0 || !prefix.test(length)) return false;
  return Number(length) <= (isIP(address) === 4 ? 32 : 128);
}

/** The canonical spelling of values that have several. A value that is not valid is returned unchanged. */
export const canonical: Readonly<Record<string, ((text: string) => string) | undefined>> = {
  /** As the kernel prints it. */
  mac: (text) => text.toLowerCase().replaceAll('-', ':'),
  /** As sysfs spells it. */
  pci: (text) => text.toLowerCase(),
  ip: canonicalIp,
  cidr: (text) => {
    if (!isCidr(text)) return text;
    const [address = '', length] = text.split('/');
    return `${canonicalIp(address)}/${length}`;
  },
};

/** As inet_ntop(3) prints it, which is also how os-vif writes it: `FE80::0:1` is `fe80::1`. */
function canonicalIp(text: string): string {
  if (!isIpAddress(text)) return text;
  return new SocketAddress({ address: text, family: isIP(text) === 6 ? 'ipv6' : 'ipv4' }).address;
}

/** In bytes. The minimum is IPv4's (RFC 791); the maximum is the kernel's for a link. */
export const mtuRange = { min: 68, max: 65_535 } as const;

/** 12 bits. 0 often means "no VLAN", and 4095 is reserved; the caller decides what they mean. */
export const vlanRange = { min: 0, max: 4095 } as const;

/** What IEEE 802.1Qbg has room for: libvirt refuses greater numbers. */
export const vsiRanges = {
  manager: { min: 0, max: 0xff },
  type: { min: 0, max: 0xff_ffff },
  typeVersion: { min: 0, max: 0xff },
} as const;

export function isIntegerIn(value: unknown, range: { readonly min: number; readonly max: number }): boolean {
  return Number.isInteger(value) && Number(value) >= range.min && Number(value) <= range.max;
}

export function isMtu(value: unknown): value is number {
  return isIntegerIn(value, mtuRange);
}

export function isVlanId(value: unknown): value is number {
  return isIntegerIn(value, vlanRange);
}

export const maxTextLength = 255;

/** sun_path of a Unix socket's address has 108 bytes, the NUL included. */
export const maxSocketPathLength = 107;

const plainText = new RegExp(patterns.plainText, 'u');

/** At most 255 characters, all of them safe in XML 1.0, on a command line and in one line of a file. */
export function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTextLength && plainText.test(value);
}

/** The absolute path of a Unix socket, of at most 107 bytes. */
export function isSocketPath(value: unknown): value is string {
  return isPlainText(value) && value.startsWith('/') && Buffer.byteLength(value) <= maxSocketPathLength;
}

/** libvirt keeps the name of an 802.1Qbh port profile in 40 bytes, the NUL included. */
export const maxPortProfileLength = 39;

/** The name of a port profile in a switch's database, of 1 to 39 bytes. */
export function isPortProfile(value: unknown): value is string {
  return isPlainText(value) && value !== '' && Buffer.byteLength(value) <= maxPortProfileLength;
}

const uuid = new RegExp(patterns.uuid);

/** Hex digits in groups of 8-4-4-4-12. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}

const wireUuid = new RegExp(patterns.wireUuid);

export function isWireUuid(value: unknown): value is string {
  return typeof value === 'string' && wireUuid.test(value);
}

/** Whether two ids identify the same VIF. UUIDs may be written in either case. */
export function isSameVif(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

const linkName = new RegExp(patterns.linkName);

/** The rule for a link's name, for messages. */
export const linkNameRule =
  'must be a link name: 1 to 15 letters, digits or _.+- with no leading -, and not ".", "..", "all", "default" or "if" and a number';

/** Whether a value may name a link (network interface or bridge) on a command line, in a batch file or in /proc. */
export function isLinkName(value: unknown): value is string {
  return typeof value === 'string' && linkName.test(value);
}

/**
 * Refuses a value that is not a valid link name.
 * @param what names the value in the message, as in `bridge_name`
 * @throws VifError INVALID_VIF
 */
export function checkLinkName(name: unknown, what: string, vifId?: string): asserts name is string {
  if (!isLinkName(name)) {
    throw new VifError('INVALID_VIF', `${what} ${linkNameRule}; it is ${quote(name)}`, { vifId });
  }
}
