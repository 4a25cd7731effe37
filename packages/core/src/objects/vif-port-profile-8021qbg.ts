import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

// 802.1Qbg gives a manager and a version 8 bits, a type 24. os-vif takes any number, so its peers may send one.
const unsigned = { min: 0, max: 0xffff_ffff, digits: true } as const;

/**
 * What a switch needs to know of a port by IEEE 802.1Qbg (VEPA): its virtual station interface (VSI).
 * Version 1.1 added the base's `datapath_offload`.
 */
@versionedObject({ name: 'VIFPortProfile8021Qbg', version: '1.1' })
export class VIFPortProfile8021Qbg extends VIFPortProfileBase {
  /** The database that defines the VSI type. */
  @field.integer(unsigned)
  declare readonly manager_id?: number;

  /** The VSI type: what the port may do. */
  @field.integer(unsigned)
  declare readonly type_id?: number;

  @field.integer(unsigned)
  declare readonly type_id_version?: number;

  /** Names this port. */
  @field.uuid()
  declare readonly instance_id?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfile8021Qbg>) {
    super(fields);
  }
}
