import { Cursor } from '../../src/fields/cursor.js';
import { readInput } from '../../src/fields/read-fields.js';
import { NetworkVif } from '../../src/nova/network-model.js';

export const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';

/** A VIF with nothing but what it must have, and what is given. */
export function readVif(json: object): NetworkVif {
  const whole = { id, address: 'fa:16:3e:83:fe:fc', ...json };
  return readInput(NetworkVif, whole, Cursor.at({ code: 'INVALID_VIF', subject: 'The VIF' }));
}
