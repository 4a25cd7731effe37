import { isSameVif, VifError } from '@vifkit/core';
import { type Difference, type Found, foundByMark, type Inspection } from '@vifkit/core/step-kinds';
import type { LinkAbsentStep, LinkStep } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import type { LinkRule } from './addresses/link-rules.js';
import { relocationBlocker, relocationDifferences, relocationOf } from './addresses/relocation.js';
import { isIdleTap, isOf, isShared, type LinkState, markOf, OVS_DATAPATH, vifOf } from './link-state.js';
import {
  type Creation,
  firstAttributes,
  keptOf,
  type LinkWrite,
  renderSetting,
  type SetWrite,
  settingOf,
} from './link-write.js';
import {
  canRecreateInPlace,
  type LinkContext,
  type Mismatch,
  mismatchesOf,
  whyNotRecreated,
} from './made-otherwise.js';

export type LinkInspection = Inspection<LinkWrite>;

/** What a link step is compared with, besides the link of its name. */
export interface InspectionContext {
  readonly addressing?: ReadonlyMap<string, LinkAddressing>;
  /** The rules that name links; needed only if a link has addresses that must be moved. */
  readonly rules?: readonly LinkRule[];
  /** The user id that should own taps; root's by default. */
  readonly tapOwner?: number;
  /** Needed only if a link differs from the one that would be made. */
  readonly context?: LinkContext | undefined;
  /** The link that has the step's name as an alternative name. */
  readonly realName?: string | undefined;
  /** What shows that a link without a mark serves others than the VIF. */
  readonly usedBy?: string | undefined;
  /** The bridge of the VIF's hybrid links, if it exists. */
  readonly hybridBridge?: LinkState | undefined;
}

/**
 * Compares a link step with the link of its name, if that exists.
 * @param vifId the VIF that the step is for
 */
export function inspectLink(
  step: LinkStep,
  vifId: string,
  state: LinkState | undefined,
  {
    addressing = new Map(),
    rules = [],
    tapOwner = 0,
    context,
    realName,
    usedBy,
    hybridBridge,
  }: InspectionContext = {},
): LinkInspection {
  // An idle tap that an earlier plug made is removed with this one: the hypervisor makes its own.
  if (step.ifPresent && (!state || (isIdleTap(state) && isOf(vifId, state)))) {
    return { differences: [], isAwaited: true };
  }
  if (!state) return inspectMissing(step, vifId, tapOwner, realName);
  const mismatches = mismatchesOf(step, state, tapOwner);
  const relocation = relocationOf(step, addressing);
  // The VIF's former bridge is removed with this plug.
  const leaves = step.unbridged && state.master === hybridBridge?.name && isOf(vifId, hybridBridge);
  const unusable =
    mismatches.length > 0
      ? whyNotRecreated(step, vifId, state, mismatches, context)
      : whyNotMovable(step, vifId, state);
  const blocked =
    unusable ??
    (step.unbridged && !leaves ? bridged(state) : undefined) ??
    (usedBy !== undefined && !step.create ? serving(step.name, usedBy) : undefined) ??
    (relocation && relocationBlocker(relocation, addressing, rules));
  const setting = settingOf({ ...step.set, ...(leaves && { master: null }) }, state);
  const setWrite = relocation ? { ...(setting ?? nothingSet), relocation } : setting;
  const change =
    mismatches.length > 0 ? recreating(step, vifId, state, mismatches, { tapOwner, context }) : setWrite;
  const differences: Difference[] = [...mismatches];
  if (setting) differences.push(...renderSetting(setting));
  if (relocation) differences.push(...relocationDifferences(relocation));
  const found = whoseLink(step, vifId, state, usedBy);
  return {
    differences,
    found,
    ...(change && { change }),
    ...(found.byName && { takeOver: takingOver(change ?? nothingSet, differences, vifId) }),
    ...(blocked && { blocked }),
  };
}

/**
 * Why a link cannot become a member of another bridge: that would disconnect whoever put it where it is, or the other
 * VIFs that use it. Only the VIF's own links are moved.
 */
function whyNotMovable(
  { name, set, leavesSwitch }: LinkStep,
  vifId: string,
  state: LinkState,
): VifError | undefined {
  const wanted = set?.master;
  if (wanted === undefined || wanted === state.master) return undefined;
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

/** Refuses a link that is a member of another bridge, but not a port of Open vSwitch. */
function bridged({ name, master }: LinkState): VifError | undefined {
  if (master === undefined || master === OVS_DATAPATH) return undefined;
  const text = `Link ${name} is a member of ${master}; remove it from there (\`ip link set dev ${name} nomaster\`)`;
  return new VifError('LINK_BUSY', text);
}

/** Refuses to connect the host's own link in place of the guest's: its address would no longer be reached. */
function serving(name: string, address: string): VifError {
  const text = `Link ${name} has the address ${address}, so it is the host's own and not the guest's: correct the device name of the VIF, or remove the address`;
  return new VifError('LINK_NOT_OURS', text);
}

const nothingSet: SetWrite = { kind: 'set', set: {}, former: {} };

/** Recreates a link that was made differently; undefined for a link that the step only uses. */
function recreating(
  step: LinkStep,
  vifId: string,
  state: LinkState,
  mismatches: readonly Mismatch[],
  { tapOwner, context }: { readonly tapOwner: number; readonly context: LinkContext | undefined },
): LinkWrite | undefined {
  if (!step.create) return undefined;
  const mark = markOf(vifId, step.shared ?? false);
  const { tap } = state;
  if (canRecreateInPlace(mismatches) && tap && step.create.type === 'tap') {
    const create = { ...step.create, owner: tapOwner };
    const { master, ...kept } = keptOf(state);
    const member = master !== undefined && !step.unbridged && { master };
    const set = { ...kept, ...member, ...step.initial, ...step.set };
    return { kind: 'remake', create, set, mark, was: { ...state, tap } };
  }
  const link = context?.links.get(state.name) ?? state;
  const replaced = { link, peer: context?.links.get(state.peer ?? '') };
  return {
    kind: 'replace',
    create: creationOf(step.create, tapOwner),
    set: firstAttributes(step),
    mark,
    replaced,
  };
}

function creationOf(create: NonNullable<LinkStep['create']>, tapOwner: number): Creation {
  return create.type === 'tap' ? { ...create, owner: tapOwner } : create;
}

/** The same change, with our mark added. A link that is recreated has it in any case. */
function takingOver(change: LinkWrite, differences: readonly Difference[], vifId: string) {
  const mark = { to: markOf(vifId, false), from: '' };
  const difference = { attribute: 'alias', expected: mark.to, actual: null };
  return {
    change: change.kind === 'set' ? { ...change, mark } : change,
    differences: [...differences, difference],
  };
}

/** @param realName the link that has the step's name as an alternative name, if there is one */
function inspectMissing(
  step: LinkStep,
  vifId: string,
  tapOwner: number,
  realName: string | undefined,
): LinkInspection {
  const { name, create, shared = false } = step;
  const differences = [{ attribute: 'exists', expected: true, actual: false }];
  // Marks, notes and Open vSwitch identify a link by its own name only.
  const other = realName && `${name} is an alternative name of link ${realName}`;
  if (create && !other) {
    const change: LinkWrite = {
      kind: 'make',
      create: creationOf(create, tapOwner),
      set: firstAttributes(step),
      mark: markOf(vifId, shared),
    };
    return { change, differences, creates: true };
  }
  const blocked = create
    ? new VifError('LINK_KIND_MISMATCH', `${other}: correct the request, or remove that name from the link`)
    : new VifError(
        'LINK_NOT_FOUND',
        other
          ? `${other}: use ${realName}`
          : `There is no link ${name} on this host: make it, or correct its name`,
      );
  return { differences, blocked };
}

/**
 * Compares the absence of a link with the link of its name, if that exists.
 * @param usedBy what shows that a bridge or tap without a mark serves others than the VIF
 * @param peer its other end, if it is a veth
 */
export function inspectAbsence(
  step: LinkAbsentStep,
  vifId: string,
  state: LinkState | undefined,
  usedBy?: string,
  peer?: LinkState,
): LinkInspection {
  if (!state) return { differences: [] };
  const differences = [{ attribute: 'exists', expected: false, actual: true }];
  const owner = whoseLink(step, vifId, state, usedBy);
  const found = state.tap?.isOpen ? { ...owner, usedBy: 'a program' } : owner;
  const { name, type, lenient } = step;
  if (state.type === type) {
    return { change: { kind: 'remove', removed: { link: state, peer } }, differences, found };
  }
  if (lenient) return { differences: [], found };
  const text = `Link ${name} is of type '${state.type}', not '${type}', and is left alone`;
  return { differences, blocked: new VifError('LINK_KIND_MISMATCH', text), found };
}

/**
 * The owner of a link. A link without an alias belongs to the VIF by its name, if it would be made for the VIF alone:
 * it was made by os-vif, or by a call that was killed before it set the mark. A link of another type, or with somebody
 * else's alias, and a bridge or tap that serves others, do not.
 */
function whoseLink(
  step: LinkStep | LinkAbsentStep,
  vifId: string,
  state: LinkState,
  usedBy: string | undefined,
): Found {
  if (isShared(state)) return { whose: 'shared' };
  const found = foundByMark(vifOf(state), vifId);
  if (found.whose !== 'unmarked') return found;
  const isNamed =
    step.kind === 'linkAbsent'
      ? step.own && step.type === state.type
      : step.create !== undefined && !step.shared;
  if (usedBy !== undefined) return { ...found, byName: false, usedBy };
  return { ...found, byName: isNamed && !state.alias };
}
