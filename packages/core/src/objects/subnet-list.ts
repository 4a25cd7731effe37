import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { Subnet } from './subnet.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A list of Subnet objects. */
@versionedObject({ name: 'SubnetList', version: '1.0' })
export class SubnetList extends VersionedObject {
  @field.list(() => Subnet, { required: true })
  declare readonly objects: readonly Subnet[];

  constructor(fields: FieldsOf<SubnetList, 'objects'>) {
    super(fields);
  }
}
