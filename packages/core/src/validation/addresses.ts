import { isIP } from 'node:net';

const mac = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;
const pci = /^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/i;
const prefix = /^(0|[1-9][0-9]{0,2})$/;

/** Six octets in hex, separated by colons. */
export function isMacAddress(value: unknown): value is string {
  return typeof value === 'string' && mac.test(value);
}

/** A PCI function: domain, bus, slot, function, as in `0000:05:10.1`. */
export function isPciAddress(value: unknown): value is string {
  return typeof value === 'string' && pci.test(value);
}

/** An IPv4 or IPv6 address. Node takes an IPv6 zone (`fe80::1%eth0`) as part of it; here it is not. */
export function isIpAddress(value: unknown): value is string {
  return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
}

/** An IPv4 or IPv6 network with its prefix length. Bits of the host may be set. */
export function isCidr(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [address, length, ...rest] = value.split('/');
  if (!isIpAddress(address) || length === undefined || rest.length > 0 || !prefix.test(length)) return false;
  return Number(length) <= (isIP(address) === 4 ? 32 : 128);
}
