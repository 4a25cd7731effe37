import type { Plan } from '../steps.js';

/** A tap, and the vendor's tool that makes it a port of the vendor's network. */
export interface BoundTap {
  readonly name: string;
  /** Whether the guest's card has several queues: `context.tap.multiQueue`. */
  readonly multiQueue: boolean;
  /** Program and arguments. */
  readonly bind: readonly string[];
  readonly unbind: readonly string[];
  /** Where the tool comes from. */
  readonly vendor: string;
}

/** Makes the tap and binds it. A failed plug unbinds it only if the tap is new: another may carry a guest by now. */
export function boundTap({ name, multiQueue, bind, unbind, vendor }: BoundTap): Plan {
  return [
    { kind: 'link', name, create: { type: 'tap', multiQueue }, set: { up: true } },
    { kind: 'command', argv: bind, undo: unbind, undoWhenCreated: name, vendor },
  ];
}

/** Unbinds the tap and removes it. */
export function noBoundTap({ name, unbind, vendor }: Omit<BoundTap, 'bind' | 'multiQueue'>): Plan {
  return [
    { kind: 'command', argv: unbind, vendor },
    { kind: 'linkAbsent', name, type: 'tap', own: true },
  ];
}
