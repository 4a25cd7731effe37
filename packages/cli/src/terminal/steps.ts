import { stepKindOf } from '@vifkit/core/internal';
import type { Step, StepKind } from '@vifkit/core/steps';
import type { Difference } from '@vifkit/engine';
import type { Style } from './output.js';
import { printable } from './text.js';

/** What the steps of a kind are about, in the field's words. */
export function nounOf(kind: StepKind): string {
  return stepKindOf({ kind }).noun;
}

/** A mark for something of the host that differs, or does not: made, removed, run, changed or as wanted. */
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
 * What a step wants of its object besides its being there: a few words.
 * @param makes whether the object is still to be made, and so gets the initial attributes as well
 */
export function describeStep(step: Step, makes: boolean): string {
  return printable(stepKindOf(step).describe(step, makes).join(', '));
}
