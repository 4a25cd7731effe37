import type { LinkOperation } from '../link-table.js';

/** An operation, and its index in the script. */
export interface IndexedOperation {
  readonly index: number;
  readonly operation: LinkOperation;
}

/**
 * Splits a script into phases of one kind of operation each. Links are made before any is configured, since settings
 * below /proc/sys need the link to exist; what follows a deletion stays after it.
 */
export function phasesOf(operations: readonly LinkOperation[]): IndexedOperation[][] {
  const sections: IndexedOperation[][] = [];
  let deleting: boolean | undefined;
  for (const [index, operation] of operations.entries()) {
    const placed = { index, operation };
    if ((operation.op === 'delete') === deleting) sections.at(-1)?.push(placed);
    else sections.push([placed]);
    deleting = operation.op === 'delete';
  }
  const phases = [['add', 'remake'], ['set', 'complete', 'note', 'move'], ['delete']];
  return sections
    .flatMap((section) => phases.map((ops) => section.filter(({ operation }) => ops.includes(operation.op))))
    .filter((phase) => phase.length > 0);
}
