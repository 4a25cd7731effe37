import type { CallOptions, Settled } from '@vifkit/core';
import type { Style } from '../output/style.js';
import type { AnyResult } from '../output/to-json.js';
import type { Driver } from '../surroundings.js';

/** What a command says to a request. */
export interface Answer {
  readonly result: AnyResult;
  /** The result for people, ended by a newline. */
  readonly text: (style: Style) => string;
  /** Whether the exit status has to tell of it, though it is no error. */
  readonly notable: boolean;
}

/** A command that answers requests. */
export interface RequestCommand {
  readonly name: string;
  /** Whether it asks for guests' devices. */
  readonly guests: boolean;
  /** How many requests it answers in one go. */
  readonly batch: number;
  answer(driver: Driver, requests: readonly object[], options: CallOptions): Promise<Settled<Answer>[]>;
}

/** Answers made of a driver's results. */
export function answers<T extends AnyResult>(
  results: readonly Settled<T>[],
  text: (value: T, style: Style) => string,
  isNotable: (value: T) => boolean = () => false,
): Settled<Answer>[] {
  return results.map((result) => {
    if ('error' in result) return result;
    const { value } = result;
    return { value: { result: value, text: (style) => text(value, style), notable: isNotable(value) } };
  });
}
