import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A route that a subnet hands out. */
@versionedObject({ name: 'Route', version: '1.0' })
export class Route extends VersionedObject {
  /** The destination. */
  @field.cidr()
  declare readonly cidr?: string;

  @field.ip()
  declare readonly gateway?: string;

  @field.linkName()
  declare readonly interface?: string;

  constructor(fields: FieldsOf<Route>) {
    super(fields);
  }
}
