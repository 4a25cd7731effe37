import type { GcResult } from '@vifkit/engine';
import { printable } from './printable.js';
import { changeBranch } from './render-changes.js';
import { plain, type Style } from './style.js';
import { tree } from './tree.js';

/** What was left of a VIF and has been removed, or would be, as a tree. */
export function renderGc({ id, changes }: GcResult, dryRun: boolean, style: Style = plain): string {
  const whose = id === null ? 'shared by VIFs' : printable(id);
  const heading = `${style('bold', whose)}  ${dryRun ? 'would be removed' : 'removed'}`;
  return tree(
    heading,
    changes.map((change) => changeBranch(change, style)),
  );
}
