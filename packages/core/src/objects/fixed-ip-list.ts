import { field } from '../schema/field.js';
import { FixedIP } from './fixed-ip.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A list of FixedIP objects. */
@versionedObject({ name: 'FixedIPList', version: '1.0' })
export class FixedIPList extends VersionedObject {
  @field.list(() => FixedIP, { required: true })
  declare readonly objects: readonly FixedIP[];

  constructor(fields: FieldsOf<FixedIPList, 'objects'>) {
    super(fields);
  }
}
