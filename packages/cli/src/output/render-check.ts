import type { Change, CheckResult } from '@vifkit/engine';
import { heading } from './heading.js';
import { existenceIn } from './mark.js';
import { nounOf } from './nouns.js';
import { printable } from './printable.js';
import { showValue } from './show-value.js';
import { plain, type Style } from './style.js';
import { type Branch, tree } from './tree.js';

/** In what the host differs from a VIF's being plugged, as a tree. */
export function renderCheck(result: CheckResult, style: Style = plain): string {
  const branches = result.differences.map((difference) => differenceBranch(difference, style));
  const none = [{ line: `${style('green', '✓')} as plugged` }];
  return tree(heading(result, style), branches.length > 0 ? branches : none);
}

function differenceBranch({ kind, name, differences }: Change, style: Style): Branch {
  const subject = `${style('red', '✗')} ${nounOf(kind)} ${printable(name)}`;
  const existence = existenceIn(differences);
  return {
    line: existence ? `${subject}  ${existence.expected ? 'missing' : 'should not be there'}` : subject,
    details: differences
      .filter((difference) => difference !== existence)
      .map(({ attribute, expected, actual }) => {
        return `${printable(attribute)}: ${showValue(actual)}, should be ${showValue(expected)}`;
      }),
  };
}
