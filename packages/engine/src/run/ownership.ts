import { VifError } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';
import type { Difference, Found, Inspection, Intention } from '@vifkit/core/step-kinds';
import { type Step, stepTarget } from '@vifkit/core/steps';

/** What a call does. Showing a plan is a `plug` that writes nothing. */
export type OwnershipOperation = 'plug' | 'check' | 'unplug' | 'gc';

/**
 * The owner of a thing: `this` VIF; an `other` VIF; another VIF that has left a hardware function `idle`; VIFs that
 * share it (`shared`); no mark, but the VIF's own by its name (`named`); or no mark otherwise (`unmarked`).
 */
type Finding = 'this' | 'other' | 'idle' | 'shared' | 'named' | 'unmarked';

/**
 * What is done about a step. `proceed`: it is carried out. `takeOver`: it is carried out, and the mark is set. `keep`:
 * it passes if it would change nothing, and is refused otherwise. `refuse`: nothing is done, and the plug fails.
 * `report`: the owner is reported as a difference. `leave`: nothing is done, and what is left is reported.
 */
type Verdict = 'proceed' | 'takeOver' | 'keep' | 'refuse' | 'report' | 'leave';

type Row = Readonly<Record<Intention, Verdict>>;

const row = (make: Verdict, use: Verdict, remove: Verdict): Row => ({ make, use, remove });

/** The ownership rules. They are the same for all kinds of steps. */
const ownershipTable: Readonly<Record<Finding, Readonly<Record<OwnershipOperation, Row>>>> = {
  this: {
    plug: row('proceed', 'proceed', 'proceed'),
    check: row('proceed', 'proceed', 'proceed'),
    unplug: row('proceed', 'proceed', 'proceed'),
    gc: row('proceed', 'proceed', 'proceed'),
  },
  other: {
    plug: row('refuse', 'refuse', 'leave'),
    check: row('report', 'report', 'leave'),
    unplug: row('leave', 'leave', 'leave'),
    gc: row('leave', 'leave', 'leave'),
  },
  idle: {
    plug: row('takeOver', 'takeOver', 'leave'),
    check: row('report', 'report', 'leave'),
    unplug: row('leave', 'leave', 'leave'),
    gc: row('leave', 'leave', 'leave'),
  },
  shared: {
    plug: row('refuse', 'proceed', 'leave'),
    check: row('report', 'proceed', 'leave'),
    unplug: row('leave', 'proceed', 'leave'),
    // The step itself makes sure that nothing uses it any more.
    gc: row('leave', 'proceed', 'proceed'),
  },
  named: {
    plug: row('takeOver', 'proceed', 'proceed'),
    check: row('takeOver', 'proceed', 'proceed'),
    unplug: row('proceed', 'proceed', 'proceed'),
    gc: row('leave', 'leave', 'leave'),
  },
  unmarked: {
    plug: row('keep', 'proceed', 'leave'),
    check: row('proceed', 'proceed', 'leave'),
    unplug: row('leave', 'proceed', 'leave'),
    gc: row('leave', 'leave', 'leave'),
  },
};

/** Something that a call left as it was, because it does not belong to the VIF. */
export interface Left {
  readonly kind: Step['kind'];
  readonly name: string;
  /** The VIF that it belongs to; null if there is none, or it is not known. */
  readonly vifId: string | null;
}

/** What to do about a step, and what is left alone. */
export interface Settlement<C, S extends Step> {
  readonly inspection: Inspection<C, S>;
  readonly left?: Left;
}

/** Decides what to do about a step by the owner that its runner found. Without one, the runner's inspection stands. */
export function settleOwnership<C, S extends Step>(
  step: Step,
  vifId: string,
  operation: OwnershipOperation,
  inspection: Inspection<C, S>,
): Settlement<C, S> {
  const { found, differences, change } = inspection;
  if (!found) return { inspection };
  switch (ownershipTable[findingOf(found)][operation][stepKindOf(step).intention(step)]) {
    case 'proceed':
      return { inspection: operation === 'plug' ? sparing(step, vifId, inspection, found) : inspection };
    case 'takeOver':
      return { inspection: { ...inspection, ...inspection.takeOver } };
    case 'keep':
      return { inspection: change === undefined ? inspection : refusing(step, vifId, inspection, found) };
    case 'refuse':
      return { inspection: refusing(step, vifId, inspection, found) };
    case 'report':
      return { inspection: { ...inspection, differences: [...differences, holderOf(vifId, found)] } };
    case 'leave': {
      const needsNothing = differences.length === 0 && !inspection.blocked;
      if (needsNothing || (stepKindOf(step).isLenient?.(step) && found.whose !== 'other')) {
        return { inspection: { differences: [] } };
      }
      const left = { kind: step.kind, name: stepTarget(step), vifId: found.vifId ?? null };
      return { inspection: { differences: [] }, left };
    }
  }
}

function findingOf({ whose, byName, isIdle }: Found): Finding {
  if (whose === 'other') return isIdle ? 'idle' : 'other';
  return whose === 'unmarked' && byName ? 'named' : whose;
}

/** Refuses to remove what is in use: a plug never interrupts a running guest. */
function sparing<C, S extends Step>(
  step: Step,
  vifId: string,
  inspection: Inspection<C, S>,
  { usedBy }: Found,
): Inspection<C, S> {
  const { intention, noun } = stepKindOf(step);
  const interrupts = intention(step) === 'remove' && inspection.change !== undefined;
  if (usedBy === undefined || !interrupts || inspection.blocked) return inspection;
  const text =
    `VIF ${vifId} is in use: ${usedBy} has ${noun} ${stepTarget(step)} open, which an earlier plug made and this one ` +
    'would remove. Stop its guest or detach the card first, or plug it as before';
  return { ...inspection, blocked: new VifError('VIF_IN_USE', text, { vifId }) };
}

function holderOf(vifId: string, { vifId: holder, whose }: Found): Difference {
  return { attribute: 'vif', expected: vifId, actual: holder ?? whose };
}

function refusing<C, S extends Step>(
  step: Step,
  vifId: string,
  inspection: Inspection<C, S>,
  found: Found,
): Inspection<C, S> {
  const differences = [...inspection.differences, holderOf(vifId, found)];
  return { ...inspection, differences, blocked: refusal(step, vifId, found) };
}

function refusal(step: Step, vifId: string, { whose, vifId: holder, usedBy }: Found): VifError {
  const what = `${step.kind} '${stepTarget(step)}'`;
  if (whose === 'other' && holder !== undefined) {
    const text =
      `${what} belongs to VIF ${holder}${usedBy ? ` and is in use (${usedBy})` : ''}, and is left alone. Unplug that VIF first, ` +
      'or correct the id or the device name of this one';
    return new VifError('OWNED_BY_OTHER_VIF', text, { vifId });
  }
  const isMarked = whose === 'shared' ? 'is shared by VIFs' : "carries somebody else's mark";
  const why = usedBy === undefined ? isMarked : `serves others (${usedBy})`;
  const text = `${what} ${why}, and is not changed for this VIF alone: rename it, or correct the VIF`;
  return new VifError('LINK_NOT_OURS', text, { vifId });
}
