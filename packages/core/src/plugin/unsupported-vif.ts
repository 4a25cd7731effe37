import { VifError } from '../errors/vif-error.js';
import { classNameOf } from '../fields/field-spec.js';
import type { VIFBase } from '../os-vif/vifs.js';

/** The error for a VIF whose class, port profile or fields a plugin does not take. */
export function unsupportedVif(pluginName: string, vif: VIFBase, why?: string): VifError {
  const profile = vif.port_profile ? ` with ${classNameOf(vif.port_profile)}` : '';
  const reason = why ? `: ${why}` : '';
  return new VifError(
    'UNSUPPORTED_VIF',
    `The plugin '${pluginName}' does not take a ${classNameOf(vif)}${profile}${reason}`,
    { vifId: vif.id },
  );
}
