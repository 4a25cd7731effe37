import { join } from 'node:path';
import { withDeadline } from '@vifkit/engine/time';
import type { Programs } from '../commands/programs.js';
import { type Argv } from '../commands/run-program.js';
import type { Check } from './lack.js';

/** Milliseconds for `nft` or `ip` to list something. */
const LIST_TIMEOUT = 5_000;

/**
 * Checks whether frames that a Linux bridge forwards between its members go through the host's own filter, and are
 * dropped there by its policy: br_netfilter is on for all bridges or for some, and there is a FORWARD chain with policy
 * drop, as Docker sets it up. For single bridges that is a warning: no guest may use them.
 */
export const checkBridgeNetfilter: Check = async (_, { procRoot, network, signal }) => {
  const setting = join(procRoot, 'sys/net/bridge/bridge-nf-call-iptables');
  const isOn = network.files.settings([setting]).get(setting)?.trim() === '1';
  const bridges = isOn ? [] : await filteredBridges(network.programs, signal);
  if (!isOn && bridges.length === 0) return undefined;
  if (!(await dropsForwarded(network.programs, signal))) return undefined;
  if (isOn) {
    return {
      problem: 'Frames between members of Linux bridges go through the FORWARD chain, whose policy is drop',
      remedy: 'set net.bridge.bridge-nf-call-iptables=0, or have the chain accept bridged frames',
    };
  }
  const [first] = bridges;
  return {
    problem: `Frames between members of ${bridges.join(', ')} go through the FORWARD chain, whose policy is drop`,
    remedy: `run \`ip link set dev ${first} type bridge nf_call_iptables 0\`, or have the chain accept bridged frames`,
    isWarning: true,
  };
};

/** The bridges that give their frames to the host's filter by a setting of their own. */
async function filteredBridges(programs: Programs, signal?: AbortSignal): Promise<string[]> {
  const stdout = await listed(
    ['ip', '-details', '-json', 'link', 'show', 'type', 'bridge'],
    programs,
    signal,
  );
  try {
    const links: {
      readonly ifname: string;
      readonly linkinfo?: { readonly info_data?: { readonly nf_call_iptables?: unknown } };
    }[] = JSON.parse(stdout || '[]');
    return links.flatMap(({ ifname, linkinfo }) =>
      linkinfo?.info_data?.nf_call_iptables === 1 ? [ifname] : [],
    );
  } catch {
    return []; // an `ip` that prints no JSON is reported as such
  }
}

async function dropsForwarded(programs: Programs, signal?: AbortSignal): Promise<boolean> {
  const stdout = await listed(['nft', '-j', 'list', 'chains'], programs, signal);
  return dropChains(stdout).some(({ family }) => family === 'ip' || family === 'inet');
}

async function listed(argv: Argv, programs: Programs, signal?: AbortSignal): Promise<string> {
  const { stdout } = await withDeadline(LIST_TIMEOUT, signal, (soon) =>
    programs.run(argv, { signal: soon, doing: `running ${argv[0]}` }),
  );
  return stdout;
}

function dropChains(json: string): { readonly family?: unknown }[] {
  try {
    const objects: { readonly chain?: Readonly<Record<string, unknown>> }[] = JSON.parse(json).nftables;
    return objects.flatMap(({ chain }) =>
      chain?.hook === 'forward' && chain.policy === 'drop' ? [{ family: chain.family }] : [],
    );
  } catch {
    return []; // this user may not list them
  }
}
