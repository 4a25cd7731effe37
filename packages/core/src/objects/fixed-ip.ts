import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** An address of a VIF. */
@versionedObject({ name: 'FixedIP', version: '1.0' })
export class FixedIP extends VersionedObject {
  @field.ip()
  declare readonly address?: string;

  /** Addresses that are translated to it. */
  @field.ips()
  declare readonly floating_ips?: readonly string[];

  constructor(fields: FieldsOf<FixedIP>) {
    super(fields);
  }
}
