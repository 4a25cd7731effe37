import { field } from '../schema/field.js';
import { HostVIFInfo } from './host-vif-info.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A plugin, and the VIF classes it understands. */
@versionedObject({ name: 'HostPluginInfo', version: '1.0' })
export class HostPluginInfo extends VersionedObject {
  @field.text({ required: true })
  declare readonly plugin_name: string;

  @field.list(() => HostVIFInfo, { required: true })
  declare readonly vif_info: readonly HostVIFInfo[];

  constructor(fields: FieldsOf<HostPluginInfo, 'plugin_name' | 'vif_info'>) {
    super(fields);
  }
}
