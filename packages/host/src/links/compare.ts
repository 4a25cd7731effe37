import { isSameVif, VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/core/step-kinds';
import type { LinkCreation, LinkStep } from '@vifkit/core/steps';
import { isOf, type LinkState, OVS_DATAPATH } from './link-state.js';
import { type LinkContext, type Mismatch, mismatchError } from './made-otherwise.js';

/**
 * How a link differs from the one that the step would make.
 * @param tapOwner the user id that should own taps
 */
export function compareCreation(create: LinkCreation, state: LinkState, tapOwner: number): Mismatch[] {
  if (create.type === 'command') return []; // the tool decides on its type
  const { type } = create;
  if (type !== state.type) return [{ attribute: 'type', expected: type, actual: state.type }];
  switch (type) {
    case 'veth':
      return differing([{ attribute: 'peer', expected: create.peer, actual: state.peer }]);
    case 'vlan': {
      const { link, id, protocol = '802.1Q' } = create;
      return differing([
        { attribute: 'link', expected: link, actual: state.vlan?.link },
        { attribute: 'id', expected: id, actual: state.vlan?.id },
        { attribute: 'protocol', expected: protocol, actual: state.vlan?.protocol ?? '802.1Q' },
      ]);
    }
    case 'tap': {
      // A tap gets its owner only when it is made. One without an owner that is open, made by os-vif or an older
      // release, is kept until its guest stops.
      const lacksOwner = state.tap?.isOpen && state.tap.owner === undefined;
      return differing([
        { attribute: 'multiQueue', expected: create.multiQueue ?? false, actual: state.tap?.multiQueue },
        ...(lacksOwner
          ? []
          : [{ attribute: 'owner' as const, expected: tapOwner, actual: state.tap?.owner }]),
      ]);
    }
    default:
      return [];
  }
}

function differing(mismatches: readonly Mismatch[]): Mismatch[] {
  return mismatches
    .filter(({ expected, actual }) => expected !== actual)
    .map((mismatch) => ({ ...mismatch, actual: mismatch.actual ?? null }));
}

/**
 * Why an existing link cannot be used for the step; undefined if it can.
 * @param mismatches how it differs from the link that would be made, or that may be used
 * @param context needed only if a link other than a tap must be recreated
 */
export function whyUnusable(
  step: LinkStep,
  vifId: string,
  state: LinkState,
  mismatches: readonly Mismatch[],
  context?: LinkContext,
): VifError | undefined {
  const { name, set } = step;
  if (canRecreateInPlace(mismatches)) {
    if (!state.tap?.isOpen) return undefined;
    const found = mismatches.map(
      ({ attribute, expected, actual }: Difference) => `${attribute} ${actual}, not ${expected}`,
    );
    const why = 'a program has it open. Stop the guest and try again';
    const text = `Tap ${name} was made with ${found.join(' and ')}, and is not recreated: ${why}`;
    return new VifError('LINK_MADE_OTHERWISE', text);
  }
  if (mismatches.length > 0) return mismatchError(step, vifId, state, mismatches, context);
  const master = set?.master;
  return master === undefined || master === state.master
    ? undefined
    : whyNotMovable(step, vifId, state, master);
}

/**
 * Why a link cannot become a member of another bridge: that would disconnect whoever put it where it is, or the other
 * VIFs that use it. Only the VIF's own links are moved.
 */
function whyNotMovable(
  { name, leavesSwitch }: LinkStep,
  vifId: string,
  state: LinkState,
  wanted: string,
): VifError | undefined {
  const isFormerPort = leavesSwitch && state.master === OVS_DATAPATH;
  if (state.master && !isFormerPort && !isOf(vifId, state)) return memberOf(name, state.master, wanted);
  const user = state.users?.find((each) => !isSameVif(each, vifId));
  if (user === undefined) return undefined;
  return new VifError(
    'LINK_BUSY',
    `Link ${name} is used by VIF ${user}; unplug that VIF to use it with ${wanted}`,
  );
}

/** Refuses a link that is a member of another bridge than the wanted one. */
export function memberOf(name: string, master: string, wanted: string): VifError {
  const text = `Link ${name} is a member of ${master}; remove it from there to use it with ${wanted}`;
  return new VifError('LINK_BUSY', text);
}

/** Whether the only problem with a link is how a tap was made. */
export function canRecreateInPlace(mismatches: readonly Mismatch[]): boolean {
  return (
    mismatches.length > 0 &&
    mismatches.every(({ attribute }) => attribute === 'multiQueue' || attribute === 'owner')
  );
}
