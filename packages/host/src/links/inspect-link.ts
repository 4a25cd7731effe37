import { type LinkAbsentStep, type LinkStep, VifError } from '@vifkit/core';
import { type Difference, type Found, foundByMark, type Inspection } from '@vifkit/engine/former';
import type { LinkAddressing } from './addresses/link-addresses.js';
import type { LinkRule } from './addresses/link-rules.js';
import {
  type LinkBefore,
  relocationDifferences,
  relocationHindrance,
  relocationOf,
} from './addresses/relocation.js';
import { canBeRemade, compareAttributes, compareCreation, unfit } from './compare.js';
import { isShared, type LinkState, markOf, vifOf } from './link-state.js';
import { compareUse, type Surroundings } from './made-otherwise.js';

/** What a link step is compared with besides the link of its name. */
export interface Around {
  readonly addressing?: ReadonlyMap<string, LinkAddressing>;
  /** The rules that name links; needed only where a link has addresses to give away. */
  readonly rules?: readonly LinkRule[];
  /** The user id of those who are to own taps; root's unless given. */
  readonly tapOwner?: number;
  /** Needed only where a link is not as it would be made. */
  readonly surroundings?: Surroundings | undefined;
  /** The link that the step's name is an alternative name of. */
  readonly realName?: string | undefined;
}

/**
 * Compares a link step with the link of its name, if there is one.
 * @param vifId the VIF that the step is for
 */
export function inspectLink(
  step: LinkStep,
  vifId: string,
  state: LinkState | undefined,
  { addressing = new Map(), rules = [], tapOwner = 0, surroundings, realName }: Around = {},
): Inspection {
  if (!state && step.ifPresent) return { differences: [] };
  if (!state) return inspectMissing(step, realName);
  const otherwise = step.create ? compareCreation(step.create, state, tapOwner) : compareUse(step, state);
  const relocation = relocationOf(step, addressing);
  const blocked =
    unfit(step, vifId, state, otherwise, surroundings) ??
    (step.unbridged ? bridged(state) : undefined) ??
    (relocation && relocationHindrance(relocation, addressing, rules));
  const differences = [...otherwise, ...compareAttributes(step.set ?? {}, state)];
  if (relocation) differences.push(...relocationDifferences(relocation));
  const before: LinkBefore = {
    ...state,
    ...(relocation && { relocation }),
    ...(isReplaced(otherwise) && replacedIn(state, surroundings)),
  };
  return { differences, before, found: whoseLink(step, vifId, state), ...(blocked && { blocked }) };
}

/** The master of ports of Open vSwitch's datapath in the kernel is a link of the datapath's own. */
function bridged({ name, master }: LinkState): VifError | undefined {
  if (master === undefined || master === 'ovs-system') return undefined;
  const text = `Link ${name} is a member of ${master}; take it out of there (\`ip link set dev ${name} nomaster\`)`;
  return new VifError('LINK_BUSY', text);
}

/** A link that is removed and made anew, with all that there is to bring back. */
function replacedIn({ name, peer }: LinkState, surroundings: Surroundings | undefined): Partial<LinkBefore> {
  const [own, end] = [surroundings?.links.get(name), surroundings?.links.get(peer ?? '')];
  return { ...own, replaced: { ...(end && { peer: end }) } };
}

function isReplaced(otherwise: readonly Difference[]): boolean {
  return otherwise.length > 0 && !canBeRemade(otherwise);
}

/** @param realName the link that the step's name is an alternative name of, if it is one */
function inspectMissing({ name, create }: LinkStep, realName: string | undefined): Inspection {
  const differences = [{ attribute: 'exists', expected: true, actual: false }];
  // Marks, notes and Open vSwitch know a link by its own name alone.
  const other = realName && `${name} is an alternative name of link ${realName}`;
  if (create && !other) return { differences, creates: true };
  const blocked = create
    ? new VifError('LINK_KIND_MISMATCH', `${other}: correct the request, or take that name off the link`)
    : new VifError(
        'LINK_NOT_FOUND',
        other ? `${other}: give ${realName}` : `There is no link ${name} on this host`,
      );
  return { differences, blocked };
}

/** Compares the absence of a link with the link of its name, if there is one. */
export function inspectAbsence(
  step: LinkAbsentStep,
  vifId: string,
  state: LinkState | undefined,
): Inspection {
  if (!state) return { differences: [] };
  const differences = [{ attribute: 'exists', expected: false, actual: true }];
  const found = whoseLink(step, vifId, state);
  const { name, type, lenient } = step;
  if (state.type === type) return { differences, before: state, found };
  if (lenient) return { differences: [], found };
  const text = `Link ${name} is of type '${state.type}', not '${type}', and is left alone`;
  return { differences, blocked: new VifError('LINK_KIND_MISMATCH', text), before: state, found };
}

/**
 * Whose a link is. One without any alias is the VIF's by its name, if it would be made for the VIF alone: os-vif has
 * made it, or a call that was killed before it came to the mark.
 */
function whoseLink(step: LinkStep | LinkAbsentStep, vifId: string, state: LinkState): Found {
  if (isShared(state)) return { whose: 'shared' };
  const found = foundByMark(vifOf(state), vifId);
  if (found.whose !== 'unmarked') return found;
  if (step.kind === 'linkAbsent') return { ...found, byName: step.own };
  const byName = step.create !== undefined && !step.shared && !state.alias;
  const mark = { attribute: 'alias', expected: markOf(vifId, false), actual: null };
  return { ...found, byName, ...(byName && { mark }) };
}
