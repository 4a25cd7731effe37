import type { LinkAddress } from '@vifkit/host/parts';

const FOREVER = 2 ** 32 - 1;

const flags = ['noprefixroute', 'mngtmpaddr', 'home', 'autojoin'];

/** Reads an address from the words that `ip address` is given, with the link that it is for. */
export function parseAddress([address = '', ...words]: readonly string[]): LinkAddress & { link: string } {
  const options: string[] = [];
  const named = new Map<string, string>();
  const rest = words.values();
  for (const word of rest) {
    if (flags.includes(word)) options.push(word);
    else if (['peer', 'dev', 'label'].includes(word)) named.set(word, String(rest.next().value));
    else if (word !== 'nodad') options.push(word, String(rest.next().value));
  }
  const [peer, label] = [named.get('peer'), named.get('label')];
  return {
    address,
    ...(peer !== undefined && { peer }),
    ...(label !== undefined && { label }),
    options,
    link: named.get('dev') ?? '',
  };
}

/** An address as `ip -json address` prints it. */
export function addressJson({ address, peer, label, options }: LinkAddress, link: string) {
  const [local, ownLength] = address.split('/');
  const [other, otherLength] = peer?.split('/') ?? [];
  const value = (name: string) => {
    const place = options.indexOf(name);
    return place < 0 ? undefined : options[place + 1];
  };
  const lifetime = (name: string) => {
    const given = value(name);
    return given === undefined || given === 'forever' ? FOREVER : Number(given);
  };
  const isIpv6 = address.includes(':');
  const [broadcast, metric] = [value('broadcast'), value('metric')];
  return {
    family: isIpv6 ? 'inet6' : 'inet',
    local,
    ...(other !== undefined && { address: other }),
    prefixlen: Number(otherLength ?? ownLength),
    ...(broadcast !== undefined && { broadcast }),
    ...(metric !== undefined && { metric: Number(metric) }),
    scope: 'global',
    ...(!isIpv6 && { label: label ?? link }),
    ...Object.fromEntries(flags.filter((flag) => options.includes(flag)).map((flag) => [flag, true])),
    valid_life_time: lifetime('valid_lft'),
    preferred_life_time: lifetime('preferred_lft'),
  };
}
