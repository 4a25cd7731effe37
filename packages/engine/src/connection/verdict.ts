import type { LegKind } from '@vifkit/core/connection';

/** `sound`: it is as it has to be, as far as the host can know. `waiting`: that is not known yet. */
export type LegState = 'sound' | 'broken' | 'waiting';

/** What was found of a leg. */
export interface Verdict {
  readonly state: LegState;
  /** Why it is broken, or what it waits for. */
  readonly why?: string;
}

/** A leg of a VIF's way, with its state. */
export interface JudgedLeg extends Verdict {
  readonly leg: LegKind;
  /** Of the link, port, bridge, socket or function. */
  readonly name: string;
}

/** The way from a guest to its network. Broken if a leg is; else waiting if one is. */
export interface Connection {
  readonly state: LegState;
  /** From the guest on. */
  readonly legs: readonly JudgedLeg[];
}

export const sound: Verdict = { state: 'sound' };

export function broken(why: string): Verdict {
  return { state: 'broken', why };
}

export function waiting(why: string): Verdict {
  return { state: 'waiting', why };
}

/** The first verdict that is not sound: the broken ones before those that wait. */
export function worstOf(verdicts: readonly (Verdict | undefined)[]): Verdict {
  const told = verdicts.filter((each) => each !== undefined);
  return (
    told.find(({ state }) => state === 'broken') ?? told.find(({ state }) => state === 'waiting') ?? sound
  );
}
