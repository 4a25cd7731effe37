import { VifError } from '../errors/vif-error.js';
import { HostPortProfileInfo } from '../objects/host-port-profile-info.js';
import type { HostVIFInfo } from '../objects/host-vif-info.js';
import { findVersionedObject } from '../objects/registry.js';
import { compareVersions } from '../objects/version.js';

/**
 * The version in which objects of an announced class can be sent to the plugin: the one that is known here, if the
 * plugin understands it. This is `get_common_version` of os-vif.
 *
 * @throws VifError UNKNOWN_OBJECT when the class is not known here; NO_COMMON_VERSION when the plugin understands
 *   only older versions, or only newer ones
 */
export function commonVersion(announced: HostVIFInfo | HostPortProfileInfo): string {
  const { min_version: least, max_version: most } = announced;
  const name =
    announced instanceof HostPortProfileInfo ? announced.profile_object_name : announced.vif_object_name;
  const known = findVersionedObject('os_vif', name);
  if (!known) throw new VifError('UNKNOWN_OBJECT', `The announced class ${name} is not known here`);
  const { version } = known;
  if (compareVersions(least, version) <= 0 && compareVersions(version, most) <= 0) return version;
  throw new VifError(
    'NO_COMMON_VERSION',
    `${name} is announced from version ${least} to ${most}; here it is ${version}`,
  );
}
