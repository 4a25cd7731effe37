import { type Outcome, VifError } from '@vifkit/core';
import type { LinkOperation } from './link-table.js';

/** The outcome of an operation, by what `ip` said if it failed. */
export function linkOutcome({ op, name }: LinkOperation, complaint: string | undefined): Outcome {
  if (complaint === undefined || (op === 'delete' && /cannot find device/i.test(complaint))) return undefined;
  // A tap that exists already is said to be busy.
  if (op === 'add' && /file exists|resource busy/i.test(complaint)) {
    return new VifError(
      'LINK_EXISTS',
      `Link ${name} came into being by another hand: ${complaint}; try again`,
    );
  }
  const doing = { add: 'made', set: 'configured', delete: 'removed' }[op];
  const hint = /not permitted|permission denied/i.test(complaint)
    ? '; run as root, or with a root helper'
    : '';
  return new VifError('LINK_COMMAND_FAILED', `Link ${name} cannot be ${doing}: ${complaint}${hint}`);
}
