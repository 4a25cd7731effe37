import type { Change, ChangeResult, Left } from '@vifkit/engine';
import { heading } from './heading.js';
import { mark } from './mark.js';
import { nounOf } from './nouns.js';
import { printable } from './printable.js';
import { showValue } from './show-value.js';
import { plain, type Style } from './style.js';
import { type Branch, tree } from './tree.js';

/** What a plug or unplug wrote, as a tree. */
export function renderChanges(result: ChangeResult, style: Style = plain): string {
  const changes = result.changes.map((change) => changeBranch(change, style));
  const none = [{ line: `${style('dim', '✓')} nothing to change` }];
  const left = (result.left ?? []).map((each) => leftBranch(each, style));
  return tree(heading(result, style), [...(changes.length > 0 ? changes : none), ...left]);
}

/** Something that was left alone, and whose it is. */
function leftBranch({ kind, name, vifId }: Left, style: Style): Branch {
  const whose = vifId === null ? 'it has no mark of this VIF' : `it belongs to VIF ${printable(vifId)}`;
  return { line: `${style('yellow', '!')} ${nounOf(kind)} ${printable(name)} was left: ${whose}` };
}

/** One change, with what it came to. */
export function changeBranch({ kind, name, differences, note }: Change, style: Style): Branch {
  if (kind === 'command') {
    const commands = differences.map(({ expected }) => showValue(expected));
    return {
      line: `${mark(kind, differences, style)} ${nounOf(kind)} ${commands.join('; ') || printable(name)}`,
    };
  }
  return {
    line: `${mark(kind, differences, style)} ${nounOf(kind)} ${printable(name)}`,
    details: [
      ...differences
        .filter(({ attribute }) => attribute !== 'exists')
        .map(({ attribute, expected, actual }) => {
          return `${printable(attribute)}: ${showValue(actual)} → ${showValue(expected)}`;
        }),
      ...noteLines(note, style),
    ],
  };
}

/** What one should know of a change, if there is anything. */
export function noteLines(note: string | undefined, style: Style): string[] {
  return note === undefined ? [] : [style('yellow', `note: ${printable(note)}`)];
}
