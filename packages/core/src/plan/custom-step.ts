import { asVifError } from '../errors/vif-error.js';
import { isPlainText } from '../validation/text.js';
import { type Check, is } from './checks.js';
import type { CustomStep } from './steps.js';

const method = is((value) => typeof value === 'function');

const shape: Readonly<Record<keyof Omit<CustomStep, 'kind'>, Check>> = {
  name: is((value) => isPlainText(value) && value !== ''),
  isDone: method,
  apply: method,
  undo: method,
};

/** A custom step may be the object of a class: what it can do need not be its own. */
export function isCustom(step: unknown): step is CustomStep {
  return typeof step === 'object' && step !== null && 'kind' in step && step.kind === 'custom';
}

/**
 * Reads a custom step once, and checks it; it may have whatever else its author likes.
 * @returns a step that stays as it is, whose methods are the plugin's, and whose errors name the owner; and what
 *   is wrong with what was given
 */
export function sealCustomStep(
  given: CustomStep,
  owner: string,
  vifId: string,
): { readonly step: CustomStep; readonly wrong: string[] } {
  const { name, isDone, apply, undo } = given;
  const wrong = Object.entries({ name, isDone, apply, undo }).flatMap(([key, value]) =>
    shape[key as keyof typeof shape](value, key),
  );
  const sealed = <T>(method: (this: CustomStep, signal: AbortSignal) => Promise<T>) => {
    return async (signal: AbortSignal): Promise<T> => {
      try {
        return await method.call(given, signal);
      } catch (error) {
        throw asVifError(error, 'PLUGIN_FAILED', `The custom step '${name}' of the ${owner} failed`, vifId);
      }
    };
  };
  const step = {
    kind: 'custom',
    name,
    isDone: sealed(isDone),
    apply: sealed(apply),
    undo: sealed(undo),
  } as const;
  return { step: Object.freeze(step), wrong };
}
