import { type Inspection, type LinkAbsentStep, type LinkStep, VifError } from '@vifkit/core';
import { compareAttributes, compareCreation, unfit } from './compare.js';
import { isOurs, type LinkState } from './link-state.js';

/** Compares a link step with the link of its name, if there is one. */
export function inspectLink(step: LinkStep, state: LinkState | undefined): Inspection {
  if (state) {
    const blocked = unfit(step, state);
    const differences = compareAttributes(step.set ?? {}, state);
    if (step.create) differences.unshift(...compareCreation(step.create, state));
    return { differences, before: state, ...(blocked && { blocked }) };
  }
  const differences = [{ attribute: 'exists', expected: true, actual: false }];
  if (step.create) return { differences, creates: true };
  return {
    differences,
    blocked: new VifError('LINK_NOT_FOUND', `There is no link ${step.name} on this host`),
  };
}

/** Compares the absence of a link with the link of its name, if there is one. */
export function inspectAbsence(step: LinkAbsentStep, state: LinkState | undefined): Inspection {
  if (!state) return { differences: [] };
  const differences = [{ attribute: 'exists', expected: false, actual: true }];
  const { name, type } = step;
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
