import { VifError } from '@vifkit/core';
import type { LinkOperation } from './link-table.js';

/** The outcome of an operation, by what `ip` said if it failed. */
export function linkOutcome(operation: LinkOperation, complaint: string | undefined): VifError | undefined {
  if (complaint === undefined || isGone(operation, complaint)) return undefined;
  const { op, name } = operation;
  // A tap that exists already is said to be busy.
  if (op === 'add' && /file exists|resource busy/i.test(complaint)) {
    return new VifError(
      'LINK_EXISTS',
      `Link ${name} came into being by another hand: ${complaint}; try again`,
    );
  }
  if (op === 'remake' && /resource busy/i.test(complaint)) {
    return new VifError(
      'LINK_BUSY',
      `Tap ${name} has been opened meanwhile, and was not made anew; try again`,
    );
  }
  const doing = {
    remake: 'made anew',
    add: 'made',
    set: 'configured',
    note: 'given a note of its user',
    move: 'rid of its addresses',
    delete: 'removed',
  }[op];
  const text = `Link ${name} cannot be ${doing}: ${complaint}${hint(op, complaint)}`;
  return new VifError('LINK_COMMAND_FAILED', text);
}

/** What was to be removed is not there. */
function isGone(operation: LinkOperation, complaint: string): boolean {
  if (operation.op === 'delete') return /cannot find device/i.test(complaint);
  return operation.op === 'note' && !operation.present && /cannot find device|no such file/i.test(complaint);
}

function hint(op: LinkOperation['op'], complaint: string): string {
  // What `ip` says when it may not open /dev/net/tun.
  if (/^open: permission denied/i.test(complaint)) return '; let this user write to /dev/net/tun';
  if (/not permitted|permission denied/i.test(complaint)) return '; it takes CAP_NET_ADMIN, or a root helper';
  // ERANGE: a VLAN device has at most the MTU of the link below.
  if (op === 'set' && /out of range/i.test(complaint)) return '; raise the MTU of the link below it first';
  const isOld = op === 'note' && /not supported/i.test(complaint);
  return isOld ? '; alternative names of links need Linux 5.5 or newer' : '';
}
