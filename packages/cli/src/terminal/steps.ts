import { stepKindOf } from '@vifkit/core/internal';
import type { Step, StepKind } from '@vifkit/core/steps';
import type { Difference } from '@vifkit/engine';
import type { Style } from './output.js';
import { printable } from './text.js';

/** The term for what the steps of a kind are about. */
export function nounOf(kind: StepKind): string {
  return stepKindOf({ kind }).noun;
}

/** The mark for something on the host: made, removed, run, changed or as desired. */
export function changeSign(kind: StepKind, differences: readonly Difference[], style: Style): string {
  if (differences.length === 0) return style('dim', '✓');
  if (kind === 'command') return style('yellow', '▸');
  const existence = existenceIn(differences);
  if (!existence) return style('yellow', '~');
  return existence.expected ? style('green', '+') : style('red', '-');
}

/** The difference that something exists, or does not, if that is one. */
export function existenceIn(differences: readonly Difference[]): Difference | undefined {
  return differences.find(({ attribute }) => attribute === 'exists');
}

/**
 * The desired properties of a step's target besides its existence, in a few words.
 * @param makes whether the target is still to be made, and also gets the initial attributes
 */
export function describeStep(step: Step, makes: boolean): string {
  return printable(stepKindOf(step).describe(step, makes).join(', '));
}
