import type { StepKind } from '@vifkit/core';
import type { Difference } from '@vifkit/engine';
import type { Style } from './style.js';

/** A mark for something of the host that differs, or does not: made, removed, run, changed or as wanted. */
export function mark(kind: StepKind, differences: readonly Difference[], style: Style): string {
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
