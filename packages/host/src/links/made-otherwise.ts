import { VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/core/step-kinds';
import type { LinkStep } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import { type LinkState, markOf } from './link-state.js';

/** Something that the making of a link fixes, and that is not as it would be made. */
export interface Trait extends Difference {
  readonly attribute: 'type' | 'peer' | 'link' | 'id' | 'protocol' | 'multiQueue' | 'owner';
}

/** What stands around the links that are not as they would be made. */
export interface Surroundings {
  /** All links. */
  readonly links: ReadonlyMap<string, LinkState>;
  /** Of the links themselves, and of the other ends of veth pairs. */
  readonly addressing: ReadonlyMap<string, LinkAddressing>;
  /** Links that something else than the VIF uses. */
  readonly used: ReadonlySet<string>;
}

/** In what a link is not one of those that a step may use without making it. */
export function compareUse({ types }: LinkStep, { type }: LinkState): Trait[] {
  if (!types || types.some((each) => each === type)) return [];
  return [{ attribute: 'type', expected: types.length === 1 ? types[0] : types, actual: type }];
}

/**
 * Why a link is left as it is that was made otherwise than the step would make it, or that the step cannot use;
 * undefined if the link is the VIF's, or of those that VIFs share, and nobody would miss it: it is then made anew.
 */
export function misfit(
  step: LinkStep,
  vifId: string,
  state: LinkState,
  otherwise: readonly Trait[],
  surroundings: Surroundings | undefined,
): VifError | undefined {
  const cure = step.create
    ? hindrance(step, vifId, state, surroundings)
    : 'correct the name in the request, or in the options';
  if (cure === undefined) return undefined;
  const found = otherwise.map((each) => wording(each)).join(' and ');
  return new VifError('LINK_KIND_MISMATCH', `Link ${step.name} ${found}: ${cure}`);
}

function wording({ attribute, expected, actual }: Difference): string {
  if (attribute !== 'type') return `has the ${nouns[attribute] ?? attribute} '${actual}', not '${expected}'`;
  const wanted = [expected].flat().map((type) => kindOf(String(type)));
  return `is ${kindOf(String(actual))}, not ${wanted.join(' or ')}`;
}

const nouns: Readonly<Record<string, string>> = {
  id: 'VLAN id',
  link: 'link below',
  protocol: 'VLAN protocol',
  peer: 'other end',
};

const kinds: Readonly<Record<string, string>> = {
  '': 'a physical device',
  bridge: 'a Linux bridge',
  openvswitch: "an Open vSwitch bridge's own port",
  tap: 'a tap',
  veth: 'a veth',
  vlan: 'a VLAN device',
};

function kindOf(type: string): string {
  return kinds[type] ?? `of type '${type}'`;
}

/** Why a link that is in the way of one to be made is not removed; undefined if it goes. */
function hindrance(
  { name, shared = false }: LinkStep,
  vifId: string,
  state: LinkState,
  surroundings: Surroundings | undefined,
): string | undefined {
  const away = `remove it (ip link delete dev ${name}) or rename it`;
  if (state.alias !== markOf(vifId, shared))
    return `it was not made for this VIF; ${away}, or correct the request`;
  if (!['bridge', 'veth', 'tap', 'vlan'].includes(state.type)) return `a vendor's tool made it; ${away}`;
  const use = useOf(state, shared, surroundings);
  return use && `${use}, and so it is not made anew; end that, or ${away}`;
}

/** Who would miss a link; undefined if nobody would. */
function useOf(
  { name, type, master, tap, peer }: LinkState,
  shared: boolean,
  surroundings: Surroundings | undefined,
): string | undefined {
  if (!surroundings) return 'it may be in use';
  const { links, addressing, used } = surroundings;
  const hasAddress = (link: string) => (addressing.get(link)?.addresses.length ?? 0) > 0;
  if (used.has(name)) return 'it has members, links upon it, or other users';
  if (hasAddress(name)) return 'it has IP addresses';
  if (shared && master !== undefined) return `it is a member of ${master}, which other VIFs use`;
  if (type === 'tap' && tap?.isOpen !== false) return 'a program may have it open';
  if (type !== 'veth') return undefined;
  const end = peer === undefined ? undefined : links.get(peer);
  if (!end) return 'its other end is in another network namespace';
  const isUsed = end.master !== undefined || used.has(end.name) || hasAddress(end.name);
  return isUsed ? `its other end ${end.name} is in use` : undefined;
}
