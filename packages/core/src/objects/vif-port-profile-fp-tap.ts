import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

/** A port of Calico that 6WIND's fast path serves. Version 1.1 added the base's `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileFPTap', version: '1.1' })
export class VIFPortProfileFPTap extends VIFPortProfileBase {
  /** The MAC address of the host's end. */
  @field.mac({ nullable: true })
  declare readonly mac_address?: string | null;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileFPTap>) {
    super(fields);
  }
}
