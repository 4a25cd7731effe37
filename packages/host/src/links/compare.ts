import {
  type Difference,
  type LinkAttributes,
  type LinkCreation,
  type LinkStep,
  VifError,
} from '@vifkit/core';
import { isOurs, type LinkState } from './link-state.js';

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

/** In what a link is not the one that would be made. */
export function compareCreation(create: LinkCreation, state: LinkState): Difference[] {
  if (create.type === 'command') return []; // its type is the tool's business
  const differences = compare({ type: create.type }, state);
  if (differences.length > 0) return differences;
  switch (create.type) {
    case 'veth':
      return compare({ peer: create.peer }, state);
    case 'vlan':
      return compare({ link: create.link, id: create.id }, state.vlan ?? {});
    default:
      return [];
  }
}

/** Why a link that exists cannot serve the step, if so. */
export function unfit(step: LinkStep, state: LinkState): VifError | undefined {
  const { create, name } = step;
  const [wrong] = create ? compareCreation(create, state) : [];
  if (wrong) {
    const { attribute, expected, actual } = wrong;
    const text = `Link ${name} exists, but its ${attribute} is '${actual}', not '${expected}'`;
    return new VifError('LINK_KIND_MISMATCH', text);
  }
  const master = step.set?.master;
  // Taking a link out of someone else's bridge would cut off whoever put it there.
  if (master && state.master && state.master !== master && !isOurs(state)) {
    const text = `Link ${name} is a member of ${state.master}; take it out of there to use it with ${master}`;
    return new VifError('LINK_BUSY', text);
  }
  return undefined;
}
