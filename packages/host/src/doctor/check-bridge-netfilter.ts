import { join } from 'node:path';
import { withDeadline } from '@vifkit/engine/time';
import type { Programs } from '../commands/programs.js';
import type { Check } from './lack.js';

/** Milliseconds for `nft` to list its chains. */
const LIST_TIMEOUT = 5_000;

/**
 * Checks whether frames that a Linux bridge forwards between its members go through the host's own filter, and are
 * dropped there by its policy: br_netfilter is loaded, and there is a FORWARD chain with policy drop, as Docker sets it
 * up.
 */
export const checkBridgeNetfilter: Check = async (_, { procRoot, network }) => {
  const setting = join(procRoot, 'sys/net/bridge/bridge-nf-call-iptables');
  const isOn = network.files.settings([setting]).get(setting)?.trim() === '1';
  if (!isOn || !(await dropsForwarded(network.programs))) return undefined;
  return {
    problem: 'Frames between members of Linux bridges go through the FORWARD chain, whose policy is drop',
    remedy: 'set net.bridge.bridge-nf-call-iptables=0, or have the chain accept bridged frames',
  };
};

async function dropsForwarded(programs: Programs): Promise<boolean> {
  const argv = ['nft', '-j', 'list', 'chains'] as const;
  const { stdout } = await withDeadline(LIST_TIMEOUT, undefined, (signal) =>
    programs.run(argv, { signal, doing: 'reading chains' }),
  );
  return dropChains(stdout).some(({ family }) => family === 'ip' || family === 'inet');
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
