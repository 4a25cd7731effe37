import type { LegKind } from '@vifkit/core/connection';

/** `sound`: it is as it must be, as far as the host can report. `waiting`: that is not known yet. */
export type LegState = 'sound' | 'broken' | 'waiting';

/** The state of a leg. */
export interface Verdict {
  readonly state: LegState;
  /** Why it is broken, or what it is waiting for. */
  readonly why?: string;
}

/** A leg of a VIF's path, with its state. */
export interface JudgedLeg extends Verdict {
  readonly leg: LegKind;
  /** The name of the link, port, bridge, socket or function. */
  readonly name: string;
}

/** The path from a guest to its network. Broken if any leg is; otherwise waiting if any leg is. */
export interface Connection {
  readonly state: LegState;
  /** In order, starting at the guest. */
  readonly legs: readonly JudgedLeg[];
}

export const sound: Verdict = { state: 'sound' };

export function broken(why: string): Verdict {
  return { state: 'broken', why };
}

export function waiting(why: string): Verdict {
  return { state: 'waiting', why };
}

/** The first verdict that is broken, or else the first that is waiting; `sound` if there is neither. */
export function worstOf(verdicts: readonly (Verdict | undefined)[]): Verdict {
  const known = verdicts.filter((each) => each !== undefined);
  return (
    known.find(({ state }) => state === 'broken') ?? known.find(({ state }) => state === 'waiting') ?? sound
  );
}
