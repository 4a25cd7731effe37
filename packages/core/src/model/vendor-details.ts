import { Cursor } from '../schema/cursor.js';
import type { DeclaredClass } from '../schema/field-spec.js';
import { fieldsOf } from '../schema/field-store.js';
import { readInput } from '../schema/read-input.js';
import type { NetworkVif } from './network-vif.js';

/**
 * The keys of `details` (Neutron's `binding:vif_details`) that a vendor's mechanism driver fills, as an object of a class
 * that declares them with `field`. Keys that the class does not declare are others', and passed over.
 *
 * @param from another map of the VIF in its place: `profile` (`binding:profile`), or `meta`
 * @throws ValidationError INVALID_VIF, with the path of each value that is not as declared
 */
export function vendorDetails<T extends object>(
  vif: NetworkVif,
  type: DeclaredClass<T>,
  from: 'details' | 'profile' | 'meta' = 'details',
): T {
  const at = Cursor.at({ code: 'INVALID_VIF', subject: `VIF ${vif.id}`, vifId: vif.id }).to(from);
  const fields = fieldsOf(type.prototype);
  const own = Object.entries(vif[from]).filter(([key]) => fields.has(key));
  return readInput(type, Object.fromEntries(own), at);
}
