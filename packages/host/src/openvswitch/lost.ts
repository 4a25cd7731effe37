import { VifError } from '@vifkit/core';
import { readSet, readStrings } from '../ovsdb/values.js';
import type { OvsChange } from './changes.js';

/**
 * What a bridge that was removed lacks although it is restored: its address, if the server does not give its row the id
 * from which it was derived, and flows that came from no controller. Undefined if it lacks nothing.
 */
export function lostWith(change: OvsChange, keepsIds: boolean): VifError | undefined {
  if (change.kind !== 'ensureBridge' || !change.former?.bridge) return undefined;
  const { fail_mode, controller, other_config } = change.former.bridge.row;
  const hasAddress = other_config !== undefined && 'hwaddr' in readStrings(other_config);
  const isSetByHand = readSet(fail_mode).includes('secure') && readSet(controller).length === 0;
  const lost = [
    ...(keepsIds || hasAddress ? [] : ['its address and its datapath id']),
    ...(isSetByHand ? ['its flows'] : []),
  ];
  if (lost.length === 0) return undefined;
  const text = `Open vSwitch bridge ${change.name} was made again, but this cannot be restored: ${lost.join('; ')}`;
  return new VifError('OVSDB_ERROR', text);
}
