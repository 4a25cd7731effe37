import {
  hybridBridgeName,
  isSameVif,
  type LinkAbsentStep,
  type Plan,
  tapName,
  vethNames,
} from '@vifkit/core';
import { type PlannedVif, type Stray } from '@vifkit/core/steps';
import { inspectAbsence } from './inspect-link.js';
import { type LinkState, vifOf } from './link-state.js';
import type { LinkSteps } from './link-steps.js';
import type { LinkWrite } from './link-write.js';
import { linkType } from './owned-links.js';

export type LinkStray = Stray<LinkWrite, LinkSteps>;

/** The names that links of a VIF have by its id, in one way of plugging it or another, but those that its plan is about. */
export function strayNames({ vifId, plan }: PlannedVif): string[] {
  const planned = new Set(plan.flatMap(namesIn));
  const [, switchEnd] = vethNames(vifId); // the other end goes with it
  const names = [tapName(vifId), hybridBridgeName(vifId), switchEnd];
  return names.filter((name) => !planned.has(name));
}

/**
 * What removes those links of a VIF that carry its mark. A tap that the hypervisor is to make for this plan, which names it
 * in other steps, stays while a guest has it open.
 */
export function strayLinks(vif: PlannedVif, links: ReadonlyMap<string, LinkState>): LinkStray[] {
  const guestLinks = new Set(vif.plan.flatMap(guestLinksIn));
  return strayNames(vif).flatMap((name): LinkStray[] => {
    const state = links.get(name);
    const owner = state && vifOf(state);
    const type = state && linkType(state);
    if (type === undefined || owner === undefined || !isSameVif(owner, vif.vifId)) return [];
    if (guestLinks.has(name) && state?.tap?.isOpen !== false) return [];
    const step: LinkAbsentStep = { kind: 'linkAbsent', name, type, own: false };
    return [{ step, inspection: inspectAbsence(step, vif.vifId, state) }];
  });
}

function namesIn(step: Plan[number]): string[] {
  if (step.kind === 'linkAbsent') return [step.name];
  if (step.kind !== 'link' || step.ifPresent) return []; // the guest's, and not ours to keep
  const { name, keeps = [], create } = step;
  return create?.type === 'veth' ? [name, ...keeps, create.peer] : [name, ...keeps];
}

function guestLinksIn(step: Plan[number]): string[] {
  if (step.kind === 'ovsBridge') return step.guestPort === undefined ? [] : [step.guestPort];
  return step.kind !== 'link' && 'name' in step && typeof step.name === 'string' ? [step.name] : [];
}
