import {
  type Found,
  foundByMark,
  type Inspection,
  type LinkAbsentStep,
  type LinkStep,
  VifError,
} from '@vifkit/core';
import type { LinkAddressing } from './addresses/link-addresses.js';
import { type LinkBefore, relocationDifferences, relocationOf } from './addresses/relocation.js';
import { compareAttributes, compareCreation, unfit } from './compare.js';
import { isShared, type LinkState, markOf, vifOf } from './link-state.js';

/**
 * Compares a link step with the link of its name, if there is one.
 * @param vifId the VIF that the step is for
 * @param tapOwner the user id of those who are to own taps
 */
export function inspectLink(
  step: LinkStep,
  vifId: string,
  state: LinkState | undefined,
  addressing: ReadonlyMap<string, LinkAddressing> = new Map(),
  tapOwner = 0,
): Inspection {
  if (state) {
    const otherwise = step.create ? compareCreation(step.create, state, tapOwner) : [];
    const blocked = unfit(step, state, otherwise);
    const differences = [...otherwise, ...compareAttributes(step.set ?? {}, state)];
    const relocation = relocationOf(step, addressing);
    if (relocation) differences.push(...relocationDifferences(relocation));
    const before: LinkBefore = { ...state, ...(relocation && { relocation }) };
    return { differences, before, found: whoseLink(step, vifId, state), ...(blocked && { blocked }) };
  }
  const differences = [{ attribute: 'exists', expected: true, actual: false }];
  if (step.create) return { differences, creates: true };
  return {
    differences,
    blocked: new VifError('LINK_NOT_FOUND', `There is no link ${step.name} on this host`),
  };
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
