import type { Plan } from '@vifkit/core';
import { stepKey, stepKindOf } from '@vifkit/core/internal';
import type { Step } from '@vifkit/core/steps';
import type { VifRecord } from '../run/inventory.js';

/**
 * The steps that remove what the VIF has of the way in which it was plugged before, by another request. What a runner finds
 * by the VIF's mark goes without them; a filter, a virtual function, and a note on a link that VIFs share are found by the
 * former request alone. A vendor's tool is not asked to unbind: it might undo what the same tool has just bound.
 *
 * @param plan the plan of this plug
 * @param former what is remembered of the plug before
 * @param unplug the plan by which a request is unplugged
 */
export async function stepsOfFormerWay(
  plan: Plan,
  former: VifRecord,
  unplug: (request: object) => Promise<Plan>,
): Promise<Plan> {
  const needed = new Set(plan.map(stepKey));
  const links = new Set(plan.flatMap(linksIn));
  // A request of another release, or one whose plugin is gone, has no plan any more.
  const before = await unplug(former.request).catch((): Plan => []);
  return before.filter((step) => {
    const { intention, isFoundByMark } = stepKindOf(step);
    if (intention(step) !== 'remove' || isFoundByMark || needed.has(stepKey(step))) return false;
    return !(step.kind === 'linkAbsent' && links.has(step.name));
  });
}

/** The links that a step has to do with, the guest's too, which the hypervisor makes. */
function linksIn(step: Step): string[] {
  const names = 'name' in step && typeof step.name === 'string' ? [step.name] : [];
  if (step.kind === 'ovsBridge') return [...names, step.guestPort ?? ''];
  if (step.kind !== 'link') return names;
  return [...names, ...(step.keeps ?? []), step.create?.type === 'veth' ? step.create.peer : ''];
}
