import { quote } from '../errors/quote.js';
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
    /**
     * What the step does, and to what, as in `acme port 9b2d1e63`. Two steps with the same name are about the same
     * thing.
     */
    name: matching<string>((value) => isPlainText(value) && value !== '', { type: 'string', minLength: 1 }),
    isDone: method<boolean>(),
    apply: method<void>(),
    /** Undoes what `apply` did. It must also work after `apply` failed halfway. */
    undo: method<void>(),
    /** It applies the port settings of the request: VLANs, isolation, rates. */
    settlesPort: optional(flag),
  },
  intention: () => 'use',
  settlesPort: ({ settlesPort = false }) => settlesPort,
});

/** The vendor's own code, for what no other kind of step covers. */
export interface CustomStep extends StepOf<typeof custom> {}

/** A custom step may be an instance of a class, so its methods need not be own properties. */
export function isCustom(step: unknown): step is CustomStep {
  return typeof step === 'object' && step !== null && 'kind' in step && step.kind === 'custom';
}

/**
 * Reads a custom step once, and checks it. The step may have any other properties.
 * @returns an immutable step that calls the plugin's methods and whose errors name the owner; and what is wrong with
 *   the given step
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
    isDone: sealed(async function (signal) {
      const answer: unknown = await isDone.call(this, signal);
      if (typeof answer === 'boolean') return answer;
      throw new TypeError(`isDone must return true or false, not ${quote(answer)}`);
    }),
    apply: sealed(apply),
    undo: sealed(undo),
    ...(settlesPort !== undefined && { settlesPort }),
  } as const;
  return { step: Object.freeze(step), wrong };
}
