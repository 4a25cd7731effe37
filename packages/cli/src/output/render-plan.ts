import { stepTarget } from '@vifkit/core';
import type { PlannedStep, PlanResult } from '@vifkit/engine';
import { describeStep } from './describe-step.js';
import { heading } from './heading.js';
import { existenceIn, mark } from './mark.js';
import { nounOf } from './nouns.js';
import { printable } from './printable.js';
import { noteLines } from './render-changes.js';
import { showValue } from './show-value.js';
import { plain, type Style } from './style.js';
import { type Branch, tree } from './tree.js';

/** A plan as a tree: each step, with what carrying it out would change. */
export function renderPlan(plan: PlanResult, style: Style = plain): string {
  const branches = plan.steps.map((step) => stepBranch(step, style));
  return tree(heading(plan, style), branches.length > 0 ? branches : [{ line: 'nothing to do' }]);
}

function stepBranch({ step, differences, note, blocked }: PlannedStep, style: Style): Branch {
  const sign = blocked ? style('red', '✗') : mark(step.kind, differences, style);
  const description = describeStep(step, existenceIn(differences) !== undefined);
  const line = `${sign} ${nounOf(step.kind)} ${printable(stepTarget(step))}`;
  const changes =
    step.kind === 'command' ? [] : differences.filter(({ attribute }) => attribute !== 'exists');
  return {
    line: description ? `${line}  ${style('dim', description)}` : line,
    details: [
      ...changes.map(({ attribute, expected, actual }) => {
        return `${printable(attribute)}: ${showValue(actual)} → ${showValue(expected)}`;
      }),
      ...noteLines(note, style),
      ...(blocked ? [style('red', printable(`${blocked.code}: ${blocked.message}`))] : []),
    ],
  };
}
