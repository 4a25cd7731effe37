import type { LinkRoute, RouteHop } from '@vifkit/host/parts';

/** The JSON names of keywords that differ on the command line. */
const names: Readonly<Record<string, string>> = { proto: 'protocol', src: 'prefsrc' };

const routeKeys = ['proto', 'scope', 'src', 'metric', 'tos', 'pref', 'expires'];

/** Reads a route from the words that `ip route replace` is given. */
export function parseRoute([destination = '', ...words]: readonly string[]): LinkRoute {
  const hops: { link: string; options: string[] }[] = [];
  const options: string[] = [];
  let table: string | undefined;
  const rest = words.values();
  const next = () => String(rest.next().value ?? '');
  const hop = () => {
    const last = hops.at(-1) ?? { link: '', options: [] };
    if (hops.length === 0) hops.push(last);
    return last;
  };
  for (const word of rest) {
    if (word === 'nexthop') hops.push({ link: '', options: [] });
    else if (word === 'dev') hop().link = next();
    else if (word === 'onlink') hop().options.push(word);
    else if (word === 'via' || word === 'weight') hop().options.push(word, gateway(next, word));
    else if (word === 'table') table = next();
    else options.push(word, next());
  }
  return { ...(table !== undefined && { table }), destination, hops, options };
}

/** A gateway of the other family is given with its family, as in `via inet6 fe80::1`. */
function gateway(next: () => string, word: string): string {
  const value = next();
  return word === 'via' && value.startsWith('inet') ? `${value} ${next()}` : value;
}

/** A route as `ip -json route` prints it. */
export function routeJson({ table, destination, hops, options }: LinkRoute): Record<string, unknown> {
  const isAll = destination === '0.0.0.0/0' || destination === '::/0';
  const known: Record<string, unknown> = {};
  const metrics: Record<string, unknown> = {};
  for (const [name, value] of pairs(options)) {
    if (routeKeys.includes(name)) known[names[name] ?? name] = value;
    else metrics[name] = value;
  }
  const [only] = hops;
  return {
    dst: isAll ? 'default' : destination,
    ...(hops.length === 1 && only && hopJson(only)),
    ...(table !== undefined && { table }),
    ...known,
    ...(Object.keys(metrics).length > 0 && { metrics: [metrics] }),
    ...(hops.length > 1 && { nexthops: hops.map(hopJson), flags: [] }),
  };
}

function hopJson({ link, options }: RouteHop): Record<string, unknown> {
  const flags = options.filter((each) => each === 'onlink');
  const others = options.filter((each) => each !== 'onlink');
  const found = new Map(pairs(others));
  const via = found.get('via');
  const [family, host] = via?.split(' ') ?? [];
  return {
    ...(via !== undefined && (host === undefined ? { gateway: family } : { via: { family, host } })),
    dev: link,
    ...(found.has('weight') && { weight: Number(found.get('weight')) }),
    flags,
  };
}

function pairs(words: readonly string[]): [string, string][] {
  return words.flatMap((word, i): [string, string][] => (i % 2 === 0 ? [[word, words[i + 1] ?? '']] : []));
}
