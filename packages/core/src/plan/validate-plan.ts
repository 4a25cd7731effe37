import { isPlainObject, quote } from '../errors/quote.js';
import { isVifError, reasonOf, VifError } from '../errors/vif-error.js';
import { isCustom, sealCustomStep } from './custom.js';
import { checkStep, type Plan, type Step } from './steps.js';

/** Far more than any VIF needs: a plan that is longer is a plugin's mistake, and is not even looked through. */
const mostSteps = 1_000;

/** Values in one step, and how deep they nest. */
const mostValues = 10_000;
const deepest = 8;

/** Faults of a step that a message tells. */
const mostTold = 5;

/**
 * The last door before the host: whatever a plugin made of its input, no step passes that could mean something
 * else on a command line, in a batch file, in /proc or in OVSDB.
 * @returns a copy, which the plugin cannot change any more; of custom steps too, though what their methods do
 *   stays the plugin's affair
 * @throws VifError INVALID_PLAN naming the plugin, the step and what is wrong with it
 */
export function validatePlan(plan: unknown, owner: string, vifId: string): Plan {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad plan: ${what}`, { vifId });
  return readSteps(plan, refusal).map((given, i) => {
    const { step, wrong } = examine(given, owner, vifId);
    if (wrong.length === 0) return step as Step;
    const more = wrong.length > mostTold ? `, and ${wrong.length - mostTold} more` : '';
    throw refusal(`step ${i} ${wrong.slice(0, mostTold).join(', ')}${more}`);
  });
}

/** The steps as they are given, each read once. */
function readSteps(plan: unknown, refusal: (what: string) => VifError): unknown[] {
  try {
    if (!Array.isArray(plan)) throw refusal(`it is ${quote(plan)}, not a list of steps`);
    const { length } = plan;
    if (!(length <= mostSteps)) throw refusal(`it has ${quote(length)} steps; ${mostSteps} is the most`);
    return Array.from({ length }, (_, i) => plan[i]);
  } catch (error) {
    throw isVifError(error) ? error : refusal(`it cannot be read: ${quote(reasonOf(error))}`);
  }
}

/** The step that is to be run for what was given, and what is wrong with it. */
function examine(
  given: unknown,
  owner: string,
  vifId: string,
): { readonly step: unknown; readonly wrong: readonly string[] } {
  try {
    if (isCustom(given)) return sealCustomStep(given, owner, vifId);
    const step = copyOf(given, { left: mostValues });
    return { step, wrong: checkStep(step) };
  } catch (error) {
    return { step: given, wrong: [`cannot be read: ${quote(reasonOf(error))}`] };
  }
}

/** What JSON would keep of a value: no getter, prototype or later change can make it mean anything else. */
function copyOf(value: unknown, room: { left: number }, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError(`it is nested more than ${deepest} deep`);
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
  if (!(room.left >= 0)) throw new RangeError(`it has more than ${mostValues} values`);
}
