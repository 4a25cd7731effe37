import type { LinkAddress } from './link-addresses.js';

/** A link as `ip -json address` prints it; only the fields that we use. */
export interface IpAddresses {
  readonly ifname?: string;
  /** The peer of a veth, or the link below. */
  readonly link?: string;
  readonly addr_info?: readonly IpAddress[];
}

interface IpAddress {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  /** The peer's address. */
  readonly address?: string;
  readonly scope: string;
  readonly broadcast?: string;
  readonly label?: string;
  readonly metric?: number;
  readonly valid_life_time: number;
  readonly preferred_life_time: number;
  readonly temporary?: boolean;
  readonly dadfailed?: boolean;
  readonly noprefixroute?: boolean;
  readonly mngtmpaddr?: boolean;
  readonly home?: boolean;
  readonly autojoin?: boolean;
}

const FOREVER = 2 ** 32 - 1;

/** Reads a link's addresses of global scope. */
export function parseAddresses({ ifname, addr_info = [] }: IpAddresses): LinkAddress[] {
  return (
    addr_info
      // The kernel regenerates temporary addresses from the one they belong to. An address whose duplicate detection
      // failed belongs to another host.
      .filter(({ scope, temporary, dadfailed }) => scope === 'global' && !temporary && !dadfailed)
      .map((each) => addressOf(each, ifname))
  );
}

function addressOf(each: IpAddress, link: string | undefined): LinkAddress {
  const { local, prefixlen, address, label } = each;
  const isSuffixed = label !== undefined && label !== link && /^[\w.:+-]+$/.test(label);
  return {
    address: address === undefined ? `${local}/${prefixlen}` : local,
    ...(address !== undefined && { peer: `${address}/${prefixlen}` }),
    ...(isSuffixed && { label }),
    options: optionsOf(each),
  };
}

function optionsOf(each: IpAddress): string[] {
  const { family, broadcast, metric, valid_life_time: valid, preferred_life_time: preferred } = each;
  const words: string[] = [];
  if (broadcast !== undefined) words.push('broadcast', broadcast);
  if (metric !== undefined) words.push('metric', String(metric));
  if (valid !== FOREVER || preferred !== FOREVER) {
    words.push('valid_lft', lifetime(valid), 'preferred_lft', lifetime(preferred));
  }
  // Duplicate address detection would keep the address from being used for a second, and would find it on the link that
  // gives it up.
  if (family === 'inet6') words.push('nodad');
  const flags = ['noprefixroute', 'mngtmpaddr', 'home', 'autojoin'] as const;
  return [...words, ...flags.filter((flag) => each[flag])];
}

function lifetime(seconds: number): string {
  return seconds === FOREVER ? 'forever' : String(seconds);
}
