import type { Diagnosis } from '../doctor/diagnosis.js';
import { pluginTrees } from './plugin-trees.js';
import { printable } from './printable.js';
import { plain, type Style } from './style.js';

/** What is lacking for whom, as a tree a package. */
export function renderDoctor(diagnoses: readonly Diagnosis[], style: Style = plain): string {
  return pluginTrees(diagnoses, style, ({ lacks, error }, subject) => {
    const isWell = lacks.length === 0 && !error;
    return {
      line: `${isWell ? style('green', '✓') : style('red', '✗')} ${subject}`,
      details: [
        ...lacks.map(({ problem, remedy }) => printable(`${problem}; ${remedy}`)),
        ...(error ? [style('red', printable(`${error.code}: ${error.message}`))] : []),
      ],
    };
  });
}
