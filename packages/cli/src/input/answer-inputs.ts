import type { Settled } from '@vifkit/engine';
import type { Input } from './input.js';

type Give<T> = (answer: Settled<T>, index: number) => void;

/** Answers inputs: those that are no requests at once, with their error; the rest are called. */
export async function answerInputs<T>(
  inputs: readonly Input[],
  call: (requests: readonly object[], give: Give<T>) => Promise<unknown>,
  give: Give<T>,
): Promise<void> {
  const requests: object[] = [];
  const places: number[] = [];
  for (const [place, input] of inputs.entries()) {
    if ('error' in input) give({ id: null, error: input.error }, place);
    else {
      requests.push(input.request);
      places.push(place);
    }
  }
  await call(requests, (answer, index) => {
    const place = places[index];
    if (place !== undefined) give(answer, place);
  });
}
