import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { VIFBase, type VIFFieldsOf } from './vif-base.js';
import type { VIFPortProfileOpenVSwitch } from './vif-port-profile-open-vswitch.js';

/** A port of a Linux bridge that libvirt plugs: `<interface type="bridge">`. */
@versionedObject({ name: 'VIFBridge', version: '1.0' })
export class VIFBridge extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The bridge that the guest's tap device joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFBridge, VIFPortProfileOpenVSwitch>) {
    super(fields);
  }
}
