import type { Settled } from '@vifkit/core';
import type { Input } from './input.js';

/** The results of inputs in their order: those that are no requests keep their error, the rest are called. */
export async function answerInputs<T>(
  inputs: readonly Input[],
  call: (requests: readonly object[]) => Promise<readonly Settled<T>[]>,
): Promise<Settled<T>[]> {
  const results = await call(inputs.flatMap((input) => ('request' in input ? [input.request] : [])));
  const next = results.values();
  return inputs.flatMap((input): Settled<T>[] => {
    if ('error' in input) return [{ id: null, error: input.error }];
    const { value, done } = next.next();
    return done ? [] : [value];
  });
}
