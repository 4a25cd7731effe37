import { NetworkVif } from '../model/network-vif.js';
import { readPrimitive } from '../objects/from-primitive.js';
import { VIFBase } from '../objects/index.js';
import { Cursor } from '../schema/cursor.js';
import { isBuilt } from '../schema/field-store.js';
import { adopt } from '../schema/read-fields.js';
import { readInput } from '../schema/read-input.js';
import { violationsOf } from '../schema/violations.js';
import { ownValue } from '../validation/plain.js';

/**
 * Reads a request's `vif`: a VIF of Nova's network model, the wire form of an os-vif object, or such an object.
 * @throws ValidationError INVALID_VIF, or one of the codes of `fromPrimitive`
 */
export function parseVif(vif: unknown, vifId: string | undefined): NetworkVif | VIFBase {
  if (vif instanceof NetworkVif && isBuilt(vif)) return vif;
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The VIF', vifId }, 'vif');
  if (isWireForm(vif)) return readPrimitive(vif, VIFBase, at);
  const object = adopt(vif, at);
  if (object instanceof VIFBase && isBuilt(object)) {
    // What `fromPrimitive` reads may lack even an id, and have names that no link can have; what is plugged may not.
    at.refuse(violationsOf(object));
    return object;
  }
  return readInput(NetworkVif, vif, Cursor.at({ code: 'INVALID_VIF', subject: 'The VIF', vifId }, 'vif'));
}

/** What looks like the VIF's id, for errors about the rest of it. */
export function idOfVif(vif: unknown): unknown {
  if (typeof vif !== 'object' || vif === null) return undefined;
  const data = ownValue(vif, 'versioned_object.data');
  return ownValue(typeof data === 'object' && data !== null ? data : vif, 'id');
}

function isWireForm(vif: unknown): vif is object {
  return typeof vif === 'object' && vif !== null && Object.hasOwn(vif, 'versioned_object.name');
}
