import { type Inspection, type LinkAbsentStep, type LinkStep, VifError } from '@vifkit/core';
import type { LinkAddressing } from './addresses/link-addresses.js';
import { type LinkBefore, relocationDifferences, relocationOf } from './addresses/relocation.js';
import { compareAttributes, compareCreation, unfit } from './compare.js';
import { isOurs, type LinkState, markOf } from './link-state.js';

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
    const blocked = unfit(step, state, vifId, otherwise);
    const differences = [...otherwise, ...compareAttributes(step.set ?? {}, state)];
    const relocation = relocationOf(step, addressing);
    if (relocation) differences.push(...relocationDifferences(relocation));
    if (!blocked && differences.length > 0 && isHalfMade(step, state)) {
      differences.push({ attribute: 'alias', expected: markOf(vifId, false), actual: null });
    }
    const before: LinkBefore = { ...state, ...(relocation && { relocation }) };
    return { differences, before, ...(blocked && { blocked }) };
  }
  const differences = [{ attribute: 'exists', expected: true, actual: false }];
  if (step.create) return { differences, creates: true };
  return {
    differences,
    blocked: new VifError('LINK_NOT_FOUND', `There is no link ${step.name} on this host`),
  };
}

/**
 * Whether a link of the VIF's own is not yet as it is to be, and not marked either: a call that was killed before it
 * came to that has made it, or somebody else who left it to us.
 */
function isHalfMade({ create, shared }: LinkStep, { alias }: LinkState): boolean {
  return create !== undefined && create.type !== 'command' && !shared && !alias;
}

/** Compares the absence of a link with the link of its name, if there is one. */
export function inspectAbsence(step: LinkAbsentStep, state: LinkState | undefined): Inspection {
  if (!state) return { differences: [] };
  const differences = [{ attribute: 'exists', expected: false, actual: true }];
  const { name, type, lenient } = step;
  const mayGo = state.type === type && (step.own || isOurs(state));
  if (lenient && !mayGo) return { differences: [] };
  if (state.type !== type) {
    const text = `Link ${name} is of type '${state.type}', not '${type}', and is left alone`;
    return { differences, blocked: new VifError('LINK_KIND_MISMATCH', text), before: state };
  }
  if (!step.own && !isOurs(state)) {
    const text = `Link ${name} was not made by vifkit, and is left alone`;
    return { differences, blocked: new VifError('LINK_NOT_OURS', text), before: state };
  }
  return { differences, before: state };
}
