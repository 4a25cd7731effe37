import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFBase } from './vif-base.js';

/** A tap device that its plugin makes and connects; libvirt only attaches to it. */
@versionedObject({ name: 'VIFGeneric', version: '1.0' })
export class VIFGeneric extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFGeneric, 'id'>) {
    super(fields);
  }
}
