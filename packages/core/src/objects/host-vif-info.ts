import { field } from '../schema/field.js';
import { HostPortProfileInfo } from './host-port-profile-info.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A class of VIFs that a plugin understands. Version 1.1 added `supported_port_profiles`. */
@versionedObject({ name: 'HostVIFInfo', version: '1.1' })
export class HostVIFInfo extends VersionedObject {
  @field.text({ required: true })
  declare readonly vif_object_name: string;

  /** The earliest version that is understood. */
  @field.text({ required: true })
  declare readonly min_version: string;

  /** The latest version that is understood. */
  @field.text({ required: true })
  declare readonly max_version: string;

  @field.list(() => HostPortProfileInfo, { since: '1.1' })
  declare readonly supported_port_profiles?: readonly HostPortProfileInfo[];

  constructor(fields: FieldsOf<HostVIFInfo, 'vif_object_name' | 'min_version' | 'max_version'>) {
    super(fields);
  }
}
