import { VifError } from '../errors/vif-error.js';
import type { HostInfo } from '../objects/host-info.js';
import type { HostPluginInfo } from '../objects/host-plugin-info.js';
import type { HostVIFInfo } from '../objects/host-vif-info.js';

/** What a plugin of a host announces. @throws VifError NO_MATCHING_PLUGIN when the host has no such plugin */
export function announcedPlugin({ plugin_info }: HostInfo, name: string): HostPluginInfo {
  const found = plugin_info.find(({ plugin_name }) => plugin_name === name);
  if (found) return found;
  const known = plugin_info.map(({ plugin_name }) => plugin_name).join(', ') || 'none';
  throw new VifError('NO_MATCHING_PLUGIN', `The host has no plugin '${name}'. It has ${known}`);
}

/** What a plugin announces of a VIF class. @throws VifError UNSUPPORTED_VIF when it does not take the class */
export function announcedVif({ plugin_name, vif_info }: HostPluginInfo, className: string): HostVIFInfo {
  const found = vif_info.find(({ vif_object_name }) => vif_object_name === className);
  if (found) return found;
  throw new VifError('UNSUPPORTED_VIF', `The plugin '${plugin_name}' does not take a ${className}`);
}
