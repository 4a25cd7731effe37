import type { VifError } from '@vifkit/core';
import type { LinkOperation } from './link-table.js';

/**
 * The links that a script failed to make: a link of that name was made by somebody else, and must not be configured.
 */
export class UnmadeLinks {
  readonly #reasons = new Map<string, VifError | undefined>();

  /** Records the outcome of an operation. */
  note(operation: LinkOperation, outcome: VifError | undefined): void {
    if (!outcome) return;
    for (const name of linksMadeBy(operation)) this.#reasons.set(name, outcome);
  }

  /** Why an operation must be skipped; undefined if it need not be. */
  reasonToLeave({ op, name }: LinkOperation): VifError | undefined {
    return op === 'set' || op === 'note' ? this.#reasons.get(name) : undefined;
  }
}

/** The names of the links that an operation makes. */
export function linksMadeBy(operation: LinkOperation): string[] {
  if (operation.op === 'remake') return [operation.name];
  if (operation.op !== 'add') return [];
  const { name, create } = operation;
  return create.type === 'veth' ? [name, create.peer] : [name];
}
