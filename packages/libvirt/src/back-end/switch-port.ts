import type { VirtualPort } from '@vifkit/core/nova';
import {
  requireField,
  type VIFBase,
  VIFPortProfile8021Qbg,
  VIFPortProfile8021Qbh,
} from '@vifkit/core/os-vif';

/**
 * What an object's port profile tells a physical switch of the guest, if it is such a profile.
 * @throws VifError INVALID_VIF for a profile that lacks a parameter which the switch needs
 */
export function switchPort({ id, port_profile: profile }: VIFBase): { readonly virtualPort?: VirtualPort } {
  if (profile instanceof VIFPortProfile8021Qbg) {
    const { instance_id } = profile;
    const parameters = {
      managerid: String(requireField(profile, 'manager_id', id)),
      typeid: String(requireField(profile, 'type_id', id)),
      typeidversion: String(requireField(profile, 'type_id_version', id)),
      ...(instance_id !== undefined && { instanceid: instance_id }),
    };
    return { virtualPort: { type: '802.1Qbg', parameters } };
  }
  if (profile instanceof VIFPortProfile8021Qbh) {
    const parameters = { profileid: requireField(profile, 'profile_id', id) };
    return { virtualPort: { type: '802.1Qbh', parameters } };
  }
  return {};
}
