import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileOpenVSwitch } from './vif-port-profile-open-vswitch.js';

/** A port of Open vSwitch that 6WIND's fast path serves. Its versions are those of the class it extends. */
@versionedObject({ name: 'VIFPortProfileFPOpenVSwitch', version: '1.4' })
export class VIFPortProfileFPOpenVSwitch extends VIFPortProfileOpenVSwitch {
  /** The bridge of the fast path that the port joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  /** Whether that bridge is the VIF's own, between the port and Open vSwitch. */
  @field.boolean({ default: false })
  declare readonly hybrid_plug: boolean;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileFPOpenVSwitch>) {
    super(fields);
  }
}
