import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFBase } from './vif-base.js';

/** A port of a Linux bridge that libvirt plugs: `<interface type="bridge">`. */
@versionedObject({ version: '1.0' })
export class VIFBridge extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The bridge that the guest's tap device joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  constructor(fields: FieldsOf<VIFBridge, 'id'>) {
    super(fields);
  }
}
