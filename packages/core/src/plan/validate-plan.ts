import { isPlainObject, quote } from '../errors/quote.js';
import { isVifError, reasonOf, VifError } from '../errors/vif-error.js';
import { isCustom, sealCustomStep } from './custom.js';
import { checkStep, type Plan, type Step } from './steps.js';

/** Far more than any VIF needs. A longer plan is a plugin's mistake, and is refused without being read. */
const maxSteps = 1_000;

/** The maximum number of values in one step, and their maximum depth. */
const maxValues = 10_000;
const maxDepth = 8;

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
  return readSteps(plan, refusal).map((given, i) => {
    const { step, wrong } = examine(given, owner, vifId);
    if (wrong.length === 0) return step as Step;
    const more = wrong.length > maxListed ? `, and ${wrong.length - maxListed} more` : '';
    throw refusal(`step ${i} ${wrong.slice(0, maxListed).join(', ')}${more}`);
  });
}

/** The given steps, each read once. */
function readSteps(plan: unknown, refusal: (what: string) => VifError): unknown[] {
  try {
    if (!Array.isArray(plan)) throw refusal(`it is ${quote(plan)}, not a list of steps`);
    const { length } = plan;
    if (!(length <= maxSteps)) throw refusal(`it has ${quote(length)} steps; ${maxSteps} is the most`);
    return Array.from({ length }, (_, i) => plan[i]);
  } catch (error) {
    throw isVifError(error) ? error : refusal(`it cannot be read: ${quote(reasonOf(error))}`);
  }
}

/** The step to run for the given one, and what is wrong with it. */
function examine(
  given: unknown,
  owner: string,
  vifId: string,
): { readonly step: unknown; readonly wrong: readonly string[] } {
  try {
    if (isCustom(given)) return sealCustomStep(given, owner, vifId);
    const step = copyOf(given, { left: maxValues });
    return { step, wrong: checkStep(step) };
  } catch (error) {
    return { step: given, wrong: [`cannot be read: ${quote(reasonOf(error))}`] };
  }
}

/** A copy of what JSON would keep of a value, so that no getter, prototype or later change can alter it. */
function copyOf(value: unknown, room: { left: number }, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) throw new RangeError(`it is nested more than ${maxDepth} deep`);
  if (Array.isArray(value)) {
    const { length } = value;
    take(length, room);
    return Array.from({ length }, (_, i) => copyOf(value[i], room, depth + 1));
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value);
  take(entries.length, room);
  const copied: Record<string, unknown> = {};
  for (const [key, each] of entries) {
    if (each === undefined) continue;
    const copy = copyOf(each, room, depth + 1);
    if (key === '__proto__') Object.defineProperty(copied, key, { value: copy, enumerable: true });
    else copied[key] = copy;
  }
  return copied;
}

function take(count: number, room: { left: number }): void {
  room.left -= count;
  if (!(room.left >= 0)) throw new RangeError(`it has more than ${maxValues} values`);
}
