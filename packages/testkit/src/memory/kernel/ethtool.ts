import type { IpReply } from './ip.js';
import type { Kernel } from './kernel.js';

/** Carries out a command of `ethtool`: the features of all links, or a change of one's checksums. */
export function runEthtool(kernel: Kernel, [verb, name = '', ...words]: readonly string[]): IpReply {
  if (verb === '-k') return { stdout: [...kernel.links.values()].map(featuresOf).join('\n') };
  const link = kernel.links.get(name);
  if (!link) return { stderr: 'netlink error: No such device' };
  const [feature, state] = words;
  if (verb !== '-K' || feature !== 'tx') return { stderr: `ethtool: bad command line argument '${verb}'` };
  if (state === 'off') link.checksumOffload = false;
  else delete link.checksumOffload;
  return {};
}

/** Those of a veth pair, and of a bridge over such, are on to begin with. */
function featuresOf({ name, checksumOffload = true }: { name: string; checksumOffload?: boolean }): string {
  return `Features for ${name}:\nrx-checksumming: on\ntx-checksumming: ${checksumOffload ? 'on' : 'off'}\n`;
}

/** What `xargs -0 -n COUNT` makes of its input: the arguments of each call. */
export function eachCall(args: readonly string[], input: string): string[][] {
  const [, , count = '', , ...first] = args;
  const words = input.split('\0').slice(0, -1);
  const calls: string[][] = [];
  for (let i = 0; i < words.length; i += Number(count))
    calls.push([...first, ...words.slice(i, i + Number(count))]);
  return calls;
}
