import { asVifError } from '../errors/vif-error.js';
import { isPlainText } from '../fields/values.js';
import { defineStepKind, type StepOf } from './define-step-kind.js';
import { flag, matching, optional } from './fields.js';

function method<T>() {
  return matching<(signal: AbortSignal) => Promise<T>>((value) => typeof value === 'function', {});
}

export const custom = defineStepKind({
  kind: 'custom',
  noun: 'custom step',
  fields: {
    /** What is done, and to what, as in `acme port 9b2d1e63`: two steps of one name are about the same thing. */
    name: matching<string>((value) => isPlainText(value) && value !== '', { type: 'string', minLength: 1 }),
    isDone: method<boolean>(),
    apply: method<void>(),
    /** Takes back what `apply` did; it must bear being called when `apply` failed half-way. */
    undo: method<void>(),
    /** It sets the port as the request asks: VLANs, isolation, rates. */
    settlesPort: optional(flag),
  },
  intention: () => 'use',
  settlesPort: ({ settlesPort = false }) => settlesPort,
});

/** The vendor's own code, for what no other step covers. */
export interface CustomStep extends StepOf<typeof custom> {}

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
): { readonly step: CustomStep; readonly wrong: readonly string[] } {
  const { name, isDone, apply, undo, settlesPort } = given;
  const wrong = custom.check({ kind: 'custom', name, isDone, apply, undo, settlesPort }, '');
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
    ...(settlesPort !== undefined && { settlesPort }),
  } as const;
  return { step: Object.freeze(step), wrong };
}
