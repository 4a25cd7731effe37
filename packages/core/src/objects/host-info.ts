import { field } from '../schema/field.js';
import { HostPluginInfo } from './host-plugin-info.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A host, and the plugins it has. */
@versionedObject({ name: 'HostInfo', version: '1.0' })
export class HostInfo extends VersionedObject {
  @field.list(() => HostPluginInfo, { required: true })
  declare readonly plugin_info: readonly HostPluginInfo[];

  constructor(fields: FieldsOf<HostInfo, 'plugin_info'>) {
    super(fields);
  }
}
