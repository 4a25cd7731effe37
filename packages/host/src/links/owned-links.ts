import type { Plan } from '@vifkit/core';
import type { Owned as OwnedThing, PlannedVif, Stray } from '@vifkit/core/step-kinds';
import { hybridBridgeName, type LinkAbsentStep, type LinkType, tapName, vethNames } from '@vifkit/core/steps';
import { hasAddress, type LinkAddressing } from './addresses/link-addresses.js';
import { inspectAbsence } from './inspect-link.js';
import { isIdleTap, isOf, isShared, type LinkState, vifOf } from './link-state.js';
import type { LinkSteps, LinkWrite } from './link-write.js';

type Owned = OwnedThing<LinkSteps>;

/** The links that carry our mark, and those that VIFs are noted on, with the steps that remove them or the notes. */
export function ownedLinks(
  links: ReadonlyMap<string, LinkState>,
  addressing: ReadonlyMap<string, LinkAddressing>,
): Owned[] {
  return [...links.values()].flatMap((link) => {
    const { name } = link;
    // A physical device may have notes too: it stays, whatever type is given here.
    const type = linkType(link) ?? 'vlan';
    const users = (link.users ?? []).map(
      (user): Owned => ({ vifId: user, step: { kind: 'linkUserAbsent', name, user, type } }),
    );
    return [...users, ...removalOf(link, hasAddress(addressing, name))];
  });
}

/**
 * The step that removes the link itself, if it is ours and can be removed; links that vendors' tools have made may be
 * of any type.
 */
function removalOf(link: LinkState, servesHost: boolean): Owned[] {
  const { name } = link;
  const [type, vifId] = [linkType(link), vifOf(link)];
  if (type === undefined) return [];
  if (vifId !== undefined) return [{ vifId, step: { kind: 'linkAbsent', name, type, own: false } }];
  if (!isShared(link) || servesHost) return [];
  return [{ vifId: undefined, step: { kind: 'linkUserAbsent', name, user: 'nobody', type } }];
}

const removable: readonly LinkType[] = ['bridge', 'veth', 'tap', 'vlan'];

/** The type of a link that we can remove; undefined for any other link. */
function linkType({ type }: LinkState): LinkType | undefined {
  return removable.find((each) => each === type);
}

export type LinkStray = Stray<LinkWrite, LinkSteps>;

/**
 * The names that links of a VIF may have, derived from its id, in any form of plugging it, except those that its plan
 * names. The guest's link may have any name.
 */
export function strayNames({ vifId, plan }: PlannedVif): string[] {
  const planned = new Set(plan.flatMap(namesIn));
  const guestLinks = plan.flatMap((step) => (step.kind === 'link' && step.ifPresent ? step.name : []));
  const names = [...spellings(vifId).flatMap(derivedNames), ...guestLinks];
  return [...new Set(names)].filter((name) => !planned.has(name));
}

function derivedNames(vifId: string): string[] {
  const [, switchEnd] = vethNames(vifId); // the other end is removed with it
  return [tapName(vifId), hybridBridgeName(vifId), switchEnd];
}

/** The names that the bridge of a VIF's hybrid links may have. */
export function hybridBridgesOf(vifId: string): string[] {
  return spellings(vifId).map(hybridBridgeName);
}

/** The forms in which requests may give an id: links are named after it as it was at the plug. */
function spellings(vifId: string): string[] {
  return [...new Set([vifId, vifId.toLowerCase(), vifId.toUpperCase()])];
}

/**
 * The steps that remove the links of a VIF that carry its mark. A tap that the hypervisor makes for this plan, which
 * other steps name, stays while a guest has it open.
 */
export function strayLinks(vif: PlannedVif, links: ReadonlyMap<string, LinkState>): LinkStray[] {
  const guestLinks = new Set(vif.plan.flatMap(guestLinksIn));
  return strayNames(vif).flatMap((name): LinkStray[] => {
    const state = links.get(name);
    const type = state && linkType(state);
    if (!state || type === undefined || !isOf(vif.vifId, state)) return [];
    if (guestLinks.has(name) && !isIdleTap(state)) return [];
    const step: LinkAbsentStep = { kind: 'linkAbsent', name, type, own: false };
    const peer = links.get(state.peer ?? '');
    return [{ step, inspection: inspectAbsence(step, vif.vifId, state, undefined, peer) }];
  });
}

function namesIn(step: Plan[number]): string[] {
  if (step.kind === 'linkAbsent') return [step.name];
  if (step.kind !== 'link' || step.ifPresent) return []; // it belongs to the guest, and is not ours to keep
  const { name, keeps = [], create } = step;
  return create?.type === 'veth' ? [name, ...keeps, create.peer] : [name, ...keeps];
}

function guestLinksIn(step: Plan[number]): string[] {
  if (step.kind === 'ovsBridge') return step.guestPort === undefined ? [] : [step.guestPort];
  if (step.kind === 'link') return step.ifPresent ? [step.name] : [];
  return 'name' in step && typeof step.name === 'string' ? [step.name] : [];
}
