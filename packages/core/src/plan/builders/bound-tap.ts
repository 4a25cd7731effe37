import type { Plan } from '../steps.js';

/** A tap, and the vendor's tool that makes it a port of the vendor's network. */
export interface BoundTap {
  readonly name: string;
  /** Program and arguments. */
  readonly bind: readonly string[];
  readonly unbind: readonly string[];
  /** Where the tool comes from. */
  readonly vendor: string;
}

/** Makes the tap and binds it. A failed plug unbinds it only if the tap is new: another may carry a guest by now. */
export function boundTap({ name, bind, unbind, vendor }: BoundTap): Plan {
  return [
    { kind: 'link', name, create: { type: 'tap' }, set: { up: true } },
    { kind: 'command', argv: bind, undo: unbind, undoWhenCreated: name, vendor },
  ];
}

/** Unbinds the tap and removes it. */
export function noBoundTap({ name, unbind, vendor }: Omit<BoundTap, 'bind'>): Plan {
  return [
    { kind: 'command', argv: unbind, vendor },
    { kind: 'linkAbsent', name, type: 'tap', own: true },
  ];
}
