import type { Plan } from '@vifkit/core';
import { stepKey, stepKindOf } from '@vifkit/core/internal';
import type { Step } from '@vifkit/core/steps';
import type { VifRecord } from '../run/inventory.js';

/**
 * The steps that remove what the VIF still has from its latest plug, which was by another request. What a runner finds by the
 * VIF's mark is removed without them. A filter, a virtual function, and a note on a shared link can only be found
 * through the previous request. A vendor's tool is not asked to unbind: it might undo what the same tool has just
 * bound.
 *
 * @param plan the plan of this plug or unplug
 * @param previous the record of the latest plug
 * @param unplug makes the plan that unplugs a request
 */
export async function stepsRemovingPreviousPlug(
  plan: Plan,
  previous: VifRecord,
  unplug: (request: object) => Promise<Plan>,
): Promise<Plan> {
  const needed = new Set(plan.map(stepKey));
  const links = new Set(plan.flatMap(linksIn));
  // A request of another release, or one whose plugin is gone, no longer has a plan.
  const before = await unplug(previous.request).catch((): Plan => []);
  return before.filter((step) => {
    const { intention, isFoundByMark } = stepKindOf(step);
    if (intention(step) !== 'remove' || isFoundByMark || needed.has(stepKey(step))) return false;
    return !(step.kind === 'linkAbsent' && links.has(step.name));
  });
}

/** The links that a step concerns, including the guest's, which the hypervisor makes. */
function linksIn(step: Step): string[] {
  const names = 'name' in step && typeof step.name === 'string' ? [step.name] : [];
  if (step.kind === 'ovsBridge') return [...names, step.guestPort ?? ''];
  if (step.kind !== 'link') return names;
  return [...names, ...(step.keeps ?? []), step.create?.type === 'veth' ? step.create.peer : ''];
}
