import { VifError } from '@vifkit/core';
import type { Difference } from '@vifkit/core/step-kinds';
import type { LinkCreation, LinkStep } from '@vifkit/core/steps';
import { hasAddress, type LinkAddressing } from './addresses/link-addresses.js';
import { type LinkState, markOf } from './link-state.js';
import type { LinkSteps } from './link-write.js';

/** A property that is fixed when a link is made, and in which a link differs from the one that would be made. */
export interface Mismatch extends Difference {
  readonly attribute: 'type' | 'peer' | 'link' | 'id' | 'protocol' | 'multiQueue' | 'owner';
}

/** The context of links that differ from what would be made. */
export interface LinkContext {
  /** All links. */
  readonly links: ReadonlyMap<string, LinkState>;
  /** Includes the links themselves and the other ends of veth pairs. */
  readonly addressing: ReadonlyMap<string, LinkAddressing>;
  /** Links that something other than the VIF uses. */
  readonly used: ReadonlySet<string>;
}

/** The steps whose links exist, but not as the steps would make them, with the differences. */
export type MadeOtherwise = ReadonlyMap<LinkSteps, readonly Mismatch[]>;

export function madeOtherwise(
  steps: readonly LinkSteps[],
  links: ReadonlyMap<string, LinkState>,
  tapOwner: number,
): MadeOtherwise {
  const otherwise = new Map<LinkSteps, readonly Mismatch[]>();
  for (const step of steps) {
    const state = links.get(step.name);
    if (step.kind !== 'link' || !step.create || !state) continue;
    const mismatches = mismatchesOf(step, state, tapOwner);
    if (mismatches.length > 0) otherwise.set(step, mismatches);
  }
  return otherwise;
}

/** How the link of a step differs, in what is fixed when a link is made, from those that the step makes or may use. */
export function mismatchesOf(step: LinkStep, state: LinkState, tapOwner: number): Mismatch[] {
  return step.create ? compareCreation(step.create, state, tapOwner) : compareUse(step, state);
}

/**
 * How a link differs from the one that the step would make.
 * @param tapOwner the user id that should own taps
 */
function compareCreation(create: LinkCreation, state: LinkState, tapOwner: number): Mismatch[] {
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

/** How a link differs from those that a step may use without making it. */
function compareUse({ types }: LinkStep, { type }: LinkState): Mismatch[] {
  if (!types || types.some((each) => each === type)) return [];
  return [{ attribute: 'type', expected: types.length === 1 ? types[0] : types, actual: type }];
}

/** Whether the only problem with a link is how a tap was made. */
export function canRecreateInPlace(mismatches: readonly Mismatch[]): boolean {
  return (
    mismatches.length > 0 &&
    mismatches.every(({ attribute }) => attribute === 'multiQueue' || attribute === 'owner')
  );
}

/**
 * Why a link that was made differently, or that the step cannot use, stays as it is. Undefined if the link belongs to
 * the VIF, or is shared by VIFs, and is not in use: it is then recreated.
 * @param context needed only if a link other than a tap must be recreated
 */
export function whyNotRecreated(
  step: LinkStep,
  vifId: string,
  state: LinkState,
  mismatches: readonly Mismatch[],
  context: LinkContext | undefined,
): VifError | undefined {
  const { name } = step;
  if (canRecreateInPlace(mismatches)) {
    if (!state.tap?.isOpen) return undefined;
    const found = mismatches.map(
      ({ attribute, expected, actual }: Difference) => `${attribute} ${actual}, not ${expected}`,
    );
    const why = 'a program has it open. Stop the guest and try again';
    const text = `Tap ${name} was made with ${found.join(' and ')}, and is not recreated: ${why}`;
    return new VifError('LINK_MADE_OTHERWISE', text);
  }
  const remedy = step.create
    ? reasonToKeep(step, vifId, state, context)
    : 'correct the name in the request, or in the options';
  if (remedy === undefined) return undefined;
  const found = mismatches.map((each) => wording(each)).join(' and ');
  return new VifError('LINK_KIND_MISMATCH', `Link ${name} ${found}: ${remedy}`);
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

/** Why a link is not recreated, and what to do about it; undefined if it is recreated. */
function reasonToKeep(
  { name, shared = false }: LinkStep,
  vifId: string,
  state: LinkState,
  context: LinkContext | undefined,
): string | undefined {
  const away = `remove it (ip link delete dev ${name}) or rename it`;
  if (state.alias !== markOf(vifId, shared))
    return `it was not made for this VIF; ${away}, or correct the request`;
  if (!['bridge', 'veth', 'tap', 'vlan'].includes(state.type)) return `a vendor's tool made it; ${away}`;
  const use = useOf(state, shared, context);
  return use && `${use}, so it is not recreated; change that, or ${away}`;
}

/** What uses a link; undefined if nothing does. */
function useOf(
  { name, type, master, tap, peer }: LinkState,
  shared: boolean,
  context: LinkContext | undefined,
): string | undefined {
  if (!context) return 'it may be in use';
  const { links, addressing, used } = context;
  if (used.has(name)) return 'it has members, links on top of it, or other users';
  if (hasAddress(addressing, name)) return 'it has IP addresses';
  if (shared && master !== undefined) return `it is a member of ${master}, which other VIFs use`;
  if (type === 'tap' && tap?.isOpen !== false) return 'a program may have it open';
  if (type !== 'veth') return undefined;
  const end = peer === undefined ? undefined : links.get(peer);
  if (!end) return 'its other end is in another network namespace';
  const isUsed = end.master !== undefined || used.has(end.name) || hasAddress(addressing, end.name);
  return isUsed ? `its other end ${end.name} is in use` : undefined;
}
