import { VifError } from '@vifkit/core';
import { rightsHint } from '../commands/run-program.js';
import type { LinkOperation } from './link-table.js';

/** The outcome of an operation, given the error message of `ip` if it failed. */
export function linkOutcome(operation: LinkOperation, complaint: string | undefined): VifError | undefined {
  if (complaint === undefined || isGone(operation, complaint)) return undefined;
  const { op, name } = operation;
  // For a tap that already exists, `ip` reports that it is busy.
  if (op === 'add' && /file exists|resource busy/i.test(complaint)) {
    return new VifError(
      'LINK_EXISTS',
      `Link ${name} was created by another program in the meantime: ${complaint}; try again`,
    );
  }
  if (op === 'remake' && /resource busy/i.test(complaint)) {
    return new VifError(
      'LINK_BUSY',
      `Tap ${name} was opened in the meantime, and was not recreated; try again`,
    );
  }
  const doing = {
    remake: 'recreated',
    add: 'made',
    set: 'configured',
    complete: 'given all that it had',
    note: 'annotated with its user',
    move: 'stripped of its addresses',
    delete: 'removed',
  }[op];
  const text = `Link ${name} cannot be ${doing}: ${complaint}${hint(op, complaint)}`;
  return new VifError('LINK_COMMAND_FAILED', text);
}

/** Whether what should be removed does not exist. */
function isGone(operation: LinkOperation, complaint: string): boolean {
  if (operation.op === 'delete') return /cannot find device/i.test(complaint);
  return operation.op === 'note' && !operation.present && /cannot find device|no such file/i.test(complaint);
}

function hint(op: LinkOperation['op'], complaint: string): string {
  // The message of `ip` if it may not open /dev/net/tun.
  if (/^open: permission denied/i.test(complaint)) return '; let this user write to /dev/net/tun';
  const ofRights = rightsHint(complaint);
  if (ofRights !== '') return ofRights;
  // ERANGE: a VLAN device has at most the MTU of the link below.
  if (op === 'set' && /out of range/i.test(complaint)) return '; raise the MTU of the link below it first';
  // A port of Open vSwitch's kernel datapath cannot become a member of a bridge.
  if (op === 'set' && /not supported/i.test(complaint))
    return '; if it is a port of Open vSwitch, remove that first';
  const isOld = op === 'note' && /not supported/i.test(complaint);
  return isOld ? '; alternative names of links need Linux 5.5 or newer' : '';
}
