import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { VIFBase, type VIFFieldsOf } from './vif-base.js';
import type { VIFPortProfileOpenVSwitch } from './vif-port-profile-open-vswitch.js';

/** A port of an Open vSwitch bridge that libvirt plugs. */
@versionedObject({ name: 'VIFOpenVSwitch', version: '1.0' })
export class VIFOpenVSwitch extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The integration bridge. */
  @field.linkName()
  declare readonly bridge_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFOpenVSwitch, VIFPortProfileOpenVSwitch>) {
    super(fields);
  }
}
