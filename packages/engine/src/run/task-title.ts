import type { Step } from '@vifkit/core';
import { stepTarget } from '@vifkit/core';

/** A step, and whose it is, for messages. */
export function taskTitle({
  step,
  owner,
}: {
  readonly step: Step;
  readonly owner?: string | undefined;
}): string {
  return `${step.kind} '${stepTarget(step)}'${owner === undefined ? '' : ` of the ${owner}`}`;
}
