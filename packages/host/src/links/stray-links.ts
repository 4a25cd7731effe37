import { isSameVif, type Plan } from '@vifkit/core';
import type { PlannedVif, Stray } from '@vifkit/core/step-kinds';
import { hybridBridgeName, type LinkAbsentStep, tapName, vethNames } from '@vifkit/core/steps';
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

/** What removes those links of a VIF that carry its mark. */
export function strayLinks(vif: PlannedVif, links: ReadonlyMap<string, LinkState>): LinkStray[] {
  return strayNames(vif).flatMap((name): LinkStray[] => {
    const state = links.get(name);
    const owner = state && vifOf(state);
    const type = state && linkType(state);
    if (type === undefined || owner === undefined || !isSameVif(owner, vif.vifId)) return [];
    const step: LinkAbsentStep = { kind: 'linkAbsent', name, type, own: false };
    return [{ step, inspection: inspectAbsence(step, vif.vifId, state) }];
  });
}

function namesIn(step: Plan[number]): string[] {
  if (step.kind === 'link' && step.ifPresent) return []; // the guest's, and not ours to keep
  const names = 'name' in step && typeof step.name === 'string' ? [step.name] : [];
  if (step.kind === 'link') names.push(...(step.keeps ?? []));
  if (step.kind === 'link' && step.create?.type === 'veth') names.push(step.create.peer);
  if (step.kind === 'ovsBridge' && step.guestPort !== undefined) names.push(step.guestPort);
  return names;
}
