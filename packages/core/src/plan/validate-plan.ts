import { VifError } from '../errors/vif-error.js';
import { isPlainObject } from '../validation/plain.js';
import { quote } from '../validation/quote.js';
import { checkCustomStep, checkStep } from './check-step.js';
import type { Plan, Step } from './steps.js';

/**
 * The last door before the host: whatever a plugin made of its input, no step passes that could mean something
 * else on a command line, in a batch file, in /proc or in OVSDB.
 * @returns a copy, which the plugin cannot change any more; custom steps alone stay the plugin's own objects
 * @throws VifError INVALID_PLAN naming the plugin, the step and what is wrong with it
 */
export function validatePlan(plan: unknown, owner: string, vifId: string): Plan {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad plan: ${what}`, { vifId });
  if (!Array.isArray(plan)) throw refusal(`it is ${quote(plan)}, not a list of steps`);
  const steps: Step[] = [];
  for (const [i, given] of plan.entries()) {
    const { step, wrong } = examine(given);
    if (wrong.length > 0) throw refusal(`step ${i} ${wrong.join(', ')}`);
    steps.push(step as Step);
  }
  return steps;
}

/** The step that is to be run for what was given, and what is wrong with it. */
function examine(given: unknown): { readonly step: unknown; readonly wrong: string[] } {
  try {
    if (isCustom(given)) return { step: given, wrong: checkCustomStep(given) };
    const step = copyOf(given);
    return { step, wrong: checkStep(step, '') };
  } catch (error) {
    return {
      step: given,
      wrong: [`cannot be read: ${quote(error instanceof Error ? error.message : error)}`],
    };
  }
}

/** A custom step may be the object of a class: what it can do need not be its own. */
function isCustom(step: unknown): step is object {
  return typeof step === 'object' && step !== null && 'kind' in step && step.kind === 'custom';
}

/** What JSON would keep of a value: no getter, prototype or later change can make it mean anything else. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, copyOf);
  if (!isPlainObject(value)) return value;
  const present = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(present.map(([key, each]) => [key, copyOf(each)]));
}
