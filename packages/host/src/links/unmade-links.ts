import type { VifError } from '@vifkit/core';
import type { LinkOperation } from './link-table.js';

/** The links that a script failed to make: what somebody else made under their names is not ours to set. */
export class UnmadeLinks {
  readonly #reasons = new Map<string, VifError | undefined>();

  /** Takes note of how an operation ended. */
  note(operation: LinkOperation, outcome: VifError | undefined): void {
    if (!outcome) return;
    for (const name of linksMadeBy(operation)) this.#reasons.set(name, outcome);
  }

  /** Why an operation is to be left, if it is. */
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
