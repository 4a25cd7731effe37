import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

/** A port of a Linux bridge that 6WIND's fast path serves. Version 1.1 added the base's `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileFPBridge', version: '1.1' })
export class VIFPortProfileFPBridge extends VIFPortProfileBase {
  /** The bridge of the fast path that the port joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileFPBridge>) {
    super(fields);
  }
}
