import { VifError } from '../errors/vif-error.js';
import { checkedCopy, readItems, unreadable } from './copy.js';
import { isCustom, sealCustomStep } from './custom.js';
import { checkStep, type Plan, type Step } from './steps.js';

/** The maximum number of faults of a step in a message. */
const maxListed = 5;

/**
 * The last check before the host. Whatever a plugin did with its input, it refuses any step that could be
 * misinterpreted on a command line, in a batch file, in /proc or in OVSDB.
 * @returns a copy that the plugin can no longer change. Custom steps are copied too, but the plugin still controls what
 *   their methods do.
 * @throws VifError INVALID_PLAN, naming the plugin, the step and what is wrong with it
 */
export function validatePlan(plan: unknown, owner: string, vifId: string): Plan {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad plan: ${what}`, { vifId });
  return readItems(plan, 'steps', refusal).map((given, i) => {
    const { step, wrong } = examine(given, owner, vifId);
    if (wrong.length === 0) return step as Step;
    const more = wrong.length > maxListed ? `, and ${wrong.length - maxListed} more` : '';
    throw refusal(`step ${i} ${wrong.slice(0, maxListed).join(', ')}${more}`);
  });
}

/** The step to run for the given one, and what is wrong with it. */
function examine(
  given: unknown,
  owner: string,
  vifId: string,
): { readonly step: unknown; readonly wrong: readonly string[] } {
  try {
    if (isCustom(given)) return sealCustomStep(given, owner, vifId);
  } catch (error) {
    return { step: given, wrong: [unreadable(error)] };
  }
  const { copy: step, wrong } = checkedCopy(given, checkStep);
  return { step, wrong };
}
