import { isSameVif } from '@vifkit/core';
import type { VifStep } from '@vifkit/core/step-kinds';
import { hybridBridgeName } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import type { LinkState } from './link-state.js';
import type { LinkSteps } from './link-steps.js';
import { lowerOf } from './link-users.js';

type Links = ReadonlyMap<string, LinkState>;

/**
 * The bridges that a request names freely, and that have no mark: their names do not show whose they are. Any bridge
 * can be named there, also the host's own.
 */
export function bridgesByRequest(all: readonly VifStep<LinkSteps>[], links: Links): VifStep<LinkSteps>[] {
  return all.filter(({ step, vifId }) => {
    const state = links.get(step.name);
    if (state?.type !== 'bridge' || state.alias || isSameName(step.name, hybridBridgeName(vifId)))
      return false;
    if (step.kind === 'linkAbsent') return step.own;
    return step.kind === 'link' && step.create?.type === 'bridge' && !step.shared;
  });
}

/** Names that are derived from the id of a VIF, which may be written in either case. */
function isSameName(name: string, derived: string): boolean {
  return name.toLowerCase() === derived.toLowerCase();
}

/**
 * What shows that such a bridge serves others than the VIF: an address, a member, or a link on top of it. Undefined if
 * nothing does.
 * @param all the steps of its VIF, and possibly of others
 */
export function otherUseOf(
  { step: { name }, vifId }: VifStep<LinkSteps>,
  all: readonly VifStep<LinkSteps>[],
  links: Links,
  addressing: ReadonlyMap<string, LinkAddressing>,
): string | undefined {
  const own = new Set(all.flatMap((each) => (isSameVif(each.vifId, vifId) ? each.step.name : [])));
  const [address] = addressing.get(name)?.addresses ?? [];
  if (address) return address.address;
  const users = [...links.values()].filter((link) => link.master === name || lowerOf(link) === name);
  return users.find((link) => !own.has(link.name))?.name;
}
