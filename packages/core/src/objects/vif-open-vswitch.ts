import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFBase } from './vif-base.js';

/** A port of an Open vSwitch bridge that libvirt plugs. */
@versionedObject({ version: '1.0' })
export class VIFOpenVSwitch extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The integration bridge. */
  @field.linkName()
  declare readonly bridge_name?: string;

  constructor(fields: FieldsOf<VIFOpenVSwitch, 'id'>) {
    super(fields);
  }
}
