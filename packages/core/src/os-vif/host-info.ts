import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { field } from '../fields/field.js';
import { classNameOf } from '../fields/field-spec.js';
import { versionedObject, versionsOfName } from './registry.js';
import { compareVersions } from './version.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A class of port profiles that a plugin understands. */
@versionedObject({ name: 'HostPortProfileInfo', version: '1.0' })
export class HostPortProfileInfo extends VersionedObject {
  /** The name of the class, as in `VIFPortProfileOpenVSwitch`. */
  @field.text({ required: true })
  declare readonly profile_object_name: string;

  /** The earliest version that is understood. */
  @field.text({ required: true })
  declare readonly min_version: string;

  /** The latest version that is understood. */
  @field.text({ required: true })
  declare readonly max_version: string;

  constructor(fields: FieldsOf<HostPortProfileInfo, 'profile_object_name' | 'min_version' | 'max_version'>) {
    super(fields);
  }
}

/** A class of VIFs that a plugin understands. Version 1.1 added `supported_port_profiles`. */
@versionedObject({ name: 'HostVIFInfo', version: '1.1' })
export class HostVIFInfo extends VersionedObject {
  /** The name of the class, as in `VIFBridge`. */
  @field.text({ required: true })
  declare readonly vif_object_name: string;

  /** The earliest version that is understood. */
  @field.text({ required: true })
  declare readonly min_version: string;

  /** The latest version that is understood. */
  @field.text({ required: true })
  declare readonly max_version: string;

  /** The port profiles that it may have. */
  @field.list(() => HostPortProfileInfo, { since: '1.1' })
  declare readonly supported_port_profiles?: readonly HostPortProfileInfo[];

  constructor(fields: FieldsOf<HostVIFInfo, 'vif_object_name' | 'min_version' | 'max_version'>) {
    super(fields);
  }
}

/** A plugin, and the VIF classes it understands. */
@versionedObject({ name: 'HostPluginInfo', version: '1.0' })
export class HostPluginInfo extends VersionedObject {
  /** The name that VIFs have in `plugin`. */
  @field.text({ required: true })
  declare readonly plugin_name: string;

  /** The VIFs that it supports. */
  @field.list(() => HostVIFInfo, { required: true })
  declare readonly vif_info: readonly HostVIFInfo[];

  constructor(fields: FieldsOf<HostPluginInfo, 'plugin_name' | 'vif_info'>) {
    super(fields);
  }
}

/** A host, and the plugins it has. */
@versionedObject({ name: 'HostInfo', version: '1.0' })
export class HostInfo extends VersionedObject {
  /** Its plugins. */
  @field.list(() => HostPluginInfo, { required: true })
  declare readonly plugin_info: readonly HostPluginInfo[];

  constructor(fields: FieldsOf<HostInfo, 'plugin_info'>) {
    super(fields);
  }
}

/**
 * What a plugin of a host announces.
 * @throws VifError NO_MATCHING_PLUGIN if the host has no such plugin
 */
export function announcedPlugin({ plugin_info = [] }: HostInfo, name: string): HostPluginInfo {
  const found = plugin_info.find(({ plugin_name }) => plugin_name === name);
  if (found) return found;
  const known = plugin_info.map(({ plugin_name }) => plugin_name).join(', ') || 'none';
  throw new VifError('NO_MATCHING_PLUGIN', `The host has no plugin '${name}'. It has ${known}`);
}

/**
 * What a plugin announces about a VIF class.
 * @throws VifError UNSUPPORTED_VIF if it does not support the class
 */
export function announcedVif({ plugin_name, vif_info = [] }: HostPluginInfo, className: string): HostVIFInfo {
  const found = vif_info.find(({ vif_object_name }) => vif_object_name === className);
  if (found) return found;
  const known = vif_info.map(({ vif_object_name }) => vif_object_name).join(', ') || 'none';
  throw new VifError(
    'UNSUPPORTED_VIF',
    `The plugin '${plugin_name}' does not take a ${className}. It takes ${known}`,
  );
}

/**
 * The version in which to send objects of an announced class to the plugin: our version, if the plugin understands it.
 * This is os-vif's `get_common_version`.
 *
 * @throws VifError INVALID_OBJECT for what no host announces, or an announcement without the class and its versions;
 *   UNKNOWN_OBJECT if the class is not known here; NO_COMMON_VERSION if the plugin understands only
 *   older versions, or only newer ones
 */
export function commonVersion(announced: HostVIFInfo | HostPortProfileInfo): string {
  const isProfile = announced instanceof HostPortProfileInfo;
  if (!isProfile && !(announced instanceof HostVIFInfo)) {
    const text = `What a host announces must be a HostVIFInfo or a HostPortProfileInfo, not ${quote(announced)}`;
    throw new VifError('INVALID_OBJECT', text);
  }
  const name = isProfile ? announced.profile_object_name : announced.vif_object_name;
  const { min_version: least, max_version: most } = announced;
  // Another host may have sent it, and on the wire any field may be unset.
  if (!name || !least || !most) {
    throw new VifError(
      'INVALID_OBJECT',
      `A ${classNameOf(announced)} lacks the name or the versions of its class`,
    );
  }
  const known = versionsOfName(name); // an announcement has no namespaces
  if (known.length === 0) {
    throw new VifError(
      'UNKNOWN_OBJECT',
      `The announced class ${name} is not known here: load the package that declares it`,
    );
  }
  const version = known.find((own) => compareVersions(least, own) <= 0 && compareVersions(own, most) <= 0);
  if (version !== undefined) return version;
  throw new VifError(
    'NO_COMMON_VERSION',
    `${name} is announced from version ${least} to ${most}; here it is ${known.join(' or ')}: update whichever is older`,
  );
}
