import { NetworkVif } from '../../src/model/network-vif.js';
import { Cursor } from '../../src/schema/cursor.js';
import { readInput } from '../../src/schema/read-input.js';

export const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';

/** A VIF with nothing but what it must have, and what is given. */
export function readVif(json: object): NetworkVif {
  const whole = { id, address: 'fa:16:3e:83:fe:fc', ...json };
  return readInput(NetworkVif, whole, Cursor.at({ code: 'INVALID_VIF', subject: 'The VIF' }));
}
