import type { Step } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';
import { printable } from './printable.js';

/**
 * What a step wants of its object besides its being there: a few words.
 * @param makes whether the object is still to be made, and so gets the initial attributes as well
 */
export function describeStep(step: Step, makes: boolean): string {
  return printable(stepKindOf(step).describe(step, makes).join(', '));
}
