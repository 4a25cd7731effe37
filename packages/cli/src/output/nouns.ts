import type { StepKind } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';

/** What the steps of a kind are about, in the field's words. */
export function nounOf(kind: StepKind): string {
  return stepKindOf({ kind }).noun;
}
