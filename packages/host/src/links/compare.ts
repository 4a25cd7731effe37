import { VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/core/step-kinds';
import type { LinkCreation, LinkStep } from '@vifkit/core/steps';
import { isOurs, type LinkState } from './link-state.js';
import { type LinkContext, misfit, type Trait } from './made-otherwise.js';

/**
 * How a link differs from the one that the step would make.
 * @param tapOwner the user id that should own taps
 */
export function compareCreation(create: LinkCreation, state: LinkState, tapOwner: number): Trait[] {
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

function differing(traits: readonly Trait[]): Trait[] {
  return traits
    .filter(({ expected, actual }) => expected !== actual)
    .map((trait) => ({ ...trait, actual: trait.actual ?? null }));
}

/**
 * Why an existing link cannot be used for the step; undefined if it can.
 * @param otherwise how it differs from the link that would be made, or that may be used
 * @param context needed only if a link other than a tap must be recreated
 */
export function unfit(
  step: LinkStep,
  vifId: string,
  state: LinkState,
  otherwise: readonly Trait[],
  context?: LinkContext,
): VifError | undefined {
  const { name, set } = step;
  if (canBeRemade(otherwise)) {
    if (!state.tap?.isOpen) return undefined;
    const found = otherwise.map(
      ({ attribute, expected, actual }: Difference) => `${attribute} ${actual}, not ${expected}`,
    );
    const why = 'a program has it open. Stop the guest and try again';
    const text = `Tap ${name} was made with ${found.join(' and ')}, and is not recreated: ${why}`;
    return new VifError('LINK_MADE_OTHERWISE', text);
  }
  if (otherwise.length > 0) return misfit(step, vifId, state, otherwise, context);
  const master = set?.master;
  // Removing a link from somebody else's bridge would disconnect whoever put it there.
  if (master && state.master && state.master !== master && !isOurs(state)) {
    const text = `Link ${name} is a member of ${state.master}; remove it from there to use it with ${master}`;
    return new VifError('LINK_BUSY', text);
  }
  return undefined;
}

/** Whether the only problem with a link is how a tap was made. */
export function canBeRemade(otherwise: readonly Trait[]): boolean {
  return (
    otherwise.length > 0 &&
    otherwise.every(({ attribute }) => attribute === 'multiQueue' || attribute === 'owner')
  );
}
