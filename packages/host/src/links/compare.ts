import { VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/core/step-kinds';
import type { LinkCreation, LinkStep } from '@vifkit/core/steps';
import { isOurs, type LinkState } from './link-state.js';
import { misfit, type Surroundings, type Trait } from './made-otherwise.js';

/**
 * In what a link is not the one that would be made.
 * @param tapOwner the user id of those who are to own taps
 */
export function compareCreation(create: LinkCreation, state: LinkState, tapOwner: number): Trait[] {
  if (create.type === 'command') return []; // its type is the tool's business
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
      // An owner is only given to a tap when it is made: one that is open without, by os-vif's or an older plug, serves
      // its guest until it stops.
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
 * Why a link that exists cannot serve the step, if so.
 * @param otherwise in what it is not the one that would be made, or may be used
 * @param surroundings needed only where a link is to be made anew that is no tap
 */
export function unfit(
  step: LinkStep,
  vifId: string,
  state: LinkState,
  otherwise: readonly Trait[],
  surroundings?: Surroundings,
): VifError | undefined {
  const { name, set } = step;
  if (canBeRemade(otherwise)) {
    if (!state.tap?.isOpen) return undefined;
    const found = otherwise.map(
      ({ attribute, expected, actual }: Difference) => `${attribute} ${actual}, not ${expected}`,
    );
    const why = 'a program has it open. Stop the guest and try again';
    const text = `Tap ${name} was made with ${found.join(' and ')}, and is not made anew: ${why}`;
    return new VifError('LINK_MADE_OTHERWISE', text);
  }
  if (otherwise.length > 0) return misfit(step, vifId, state, otherwise, surroundings);
  const master = set?.master;
  // Taking a link out of someone else's bridge would cut off whoever put it there.
  if (master && state.master && state.master !== master && !isOurs(state)) {
    const text = `Link ${name} is a member of ${state.master}; take it out of there to use it with ${master}`;
    return new VifError('LINK_BUSY', text);
  }
  return undefined;
}

/** Whether all that is wrong with a link is how a tap was made. */
export function canBeRemade(otherwise: readonly Trait[]): boolean {
  return (
    otherwise.length > 0 &&
    otherwise.every(({ attribute }) => attribute === 'multiQueue' || attribute === 'owner')
  );
}
