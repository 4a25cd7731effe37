import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** The virtual machine that a VIF belongs to. */
@versionedObject({ name: 'InstanceInfo', version: '1.0' })
export class InstanceInfo extends VersionedObject {
  @field.uuid()
  declare readonly uuid?: string;

  /** The name that the hypervisor knows it by. */
  @field.text()
  declare readonly name?: string;

  @field.text()
  declare readonly project_id?: string;

  constructor(fields: FieldsOf<InstanceInfo>) {
    super(fields);
  }
}
