import { VifError } from '../errors/vif-error.js';
import type { NetworkVif } from './network-vif.js';

/** The parts of a VIF that are maps. */
type Part = 'details' | 'profile' | 'qbg_params';

type Present<T, Key extends keyof T> = { readonly [K in Key]-?: NonNullable<T[K]> };

/**
 * The values of a part of a VIF that cannot be done without.
 * @throws VifError INVALID_VIF naming all that are missing
 */
export function requireKeys<P extends Part, Key extends Extract<keyof NonNullable<NetworkVif[P]>, string>>(
  vif: NetworkVif,
  part: P,
  ...keys: readonly Key[]
): Present<NonNullable<NetworkVif[P]>, Key> {
  const values = new Map(Object.entries(vif[part] ?? {}));
  const missing = keys.filter((key) => values.get(key) === undefined);
  if (missing.length > 0) {
    const [verb, pronoun] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const names = missing.map((key) => `vif.${part}.${key}`).join(', ');
    throw new VifError('INVALID_VIF', `${names} ${verb} missing, and this VIF type needs ${pronoun}`, {
      vifId: vif.id,
    });
  }
  return vif[part] as Present<NonNullable<NetworkVif[P]>, Key>;
}
