import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

/**
 * What a switch needs to know of a port by IEEE 802.1Qbh (VN-Link).
 * Version 1.1 added the base's `datapath_offload`.
 */
@versionedObject({ name: 'VIFPortProfile8021Qbh', version: '1.1' })
export class VIFPortProfile8021Qbh extends VIFPortProfileBase {
  /** The port profile as the switch's database names it. */
  @field.text()
  declare readonly profile_id?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfile8021Qbh>) {
    super(fields);
  }
}
