import { type LinkAttributes, type LinkCreation, type LinkStep, VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/engine';
import { isOurs, type LinkState } from './link-state.js';
import { misfit, type Surroundings } from './made-otherwise.js';

/** In which attributes a link differs from those wanted. */
export function compareAttributes(wanted: LinkAttributes, state: LinkState): Difference[] {
  const { bridge, ...flat } = wanted;
  const actual = { ...state, ...(state.ipv6 === undefined && { ipv6: false }) };
  const differences = compare(flat, actual);
  if (bridge) {
    const nested = compare(bridge, state.bridge ?? {});
    differences.push(...nested.map((each) => ({ ...each, attribute: `bridge.${each.attribute}` })));
  }
  return differences;
}

function compare(wanted: object, actual: object): Difference[] {
  const found = new Map(Object.entries(actual));
  return Object.entries(wanted)
    .filter(([attribute, expected]) => expected !== undefined && !same(expected, found.get(attribute)))
    .map(([attribute, expected]) => ({ attribute, expected, actual: found.get(attribute) ?? null }));
}

function same(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a.toLowerCase() === b.toLowerCase() : a === b;
}

/**
 * In what a link is not the one that would be made.
 * @param tapOwner the user id of those who are to own taps
 */
export function compareCreation(create: LinkCreation, state: LinkState, tapOwner: number): Difference[] {
  if (create.type === 'command') return []; // its type is the tool's business
  const differences = compare({ type: create.type }, state);
  if (differences.length > 0) return differences;
  switch (create.type) {
    case 'veth':
      return compare({ peer: create.peer }, state);
    case 'vlan': {
      const { link, id, protocol = '802.1Q' } = create;
      return compare({ link, id, protocol }, { protocol: '802.1Q', ...state.vlan });
    }
    case 'tap': {
      // An owner is only given to a tap when it is made: one that is open without, by os-vif's or an older plug, serves
      // its guest until it stops.
      const lacksOwner = state.tap?.isOpen && state.tap.owner === undefined;
      const owner = lacksOwner ? undefined : tapOwner;
      return compare({ multiQueue: create.multiQueue ?? false, owner }, state.tap ?? {});
    }
    default:
      return [];
  }
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
  otherwise: readonly Difference[],
  surroundings?: Surroundings,
): VifError | undefined {
  const { name, set } = step;
  if (canBeRemade(otherwise)) {
    if (!state.tap?.isOpen) return undefined;
    const found = otherwise.map(
      ({ attribute, expected, actual }) => `${attribute} ${actual}, not ${expected}`,
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
export function canBeRemade(otherwise: readonly Difference[]): boolean {
  return (
    otherwise.length > 0 && otherwise.every(({ attribute }) => ['multiQueue', 'owner'].includes(attribute))
  );
}
