import { VifError } from '../errors/vif-error.js';
import { classNameOf } from '../schema/kinds.js';
import type { VersionedObject } from './versioned-object.js';

/**
 * The value of a field that a plugin cannot do without.
 * @throws VifError INVALID_VIF when it is unset or null
 */
export function requireField<T extends VersionedObject, K extends Extract<keyof T, string>>(
  object: T,
  name: K,
  vifId?: string,
): NonNullable<T[K]> {
  const value = object[name];
  if (value !== undefined && value !== null) return value;
  throw new VifError('INVALID_VIF', `${classNameOf(object)} has no ${name}`, { vifId });
}
