import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A class of port profiles that a plugin understands. */
@versionedObject({ name: 'HostPortProfileInfo', version: '1.0' })
export class HostPortProfileInfo extends VersionedObject {
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
