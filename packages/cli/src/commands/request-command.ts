import type { CallOptions, PlugOptions, Settled } from '@vifkit/engine';
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

/** Takes the answer to a request, with the request's place among those that were asked. */
export type Give = (answer: Settled<Answer>, index: number) => void;

/** How a command calls the driver: what a plug waits for is of no concern to others. */
type CommandOptions = CallOptions & Pick<PlugOptions<never>, 'wait'>;

/** A command that answers requests. */
export interface RequestCommand {
  readonly name: string;
  /** Whether it asks for guests' devices. */
  readonly guests: boolean;
  /** How many requests it answers in one go. */
  readonly batch: number;
  /** Gives the answer to each request as soon as there is one; settles when all are given. */
  answer(driver: Driver, requests: readonly object[], options: CommandOptions, give: Give): Promise<unknown>;
}

/** Gives answers made of a driver's results. */
export function answering<T extends AnyResult>(
  give: Give,
  text: (value: T, style: Style) => string,
  isNotable: (value: T) => boolean = () => false,
): (result: Settled<T>, index: number) => void {
  return (result, index) => {
    if ('error' in result) return give(result, index);
    const { value } = result;
    give({ value: { result: value, text: (style) => text(value, style), notable: isNotable(value) } }, index);
  };
}
