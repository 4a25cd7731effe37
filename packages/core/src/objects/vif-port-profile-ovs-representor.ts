import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileOpenVSwitch } from './vif-port-profile-open-vswitch.js';

/**
 * A representor as a port of Open vSwitch, as older peers say it. Its versions are those of the class it extends.
 * @deprecated by os-vif: set `datapath_offload` to a DatapathOffloadRepresentor instead
 */
@versionedObject({ name: 'VIFPortProfileOVSRepresentor', version: '1.4' })
export class VIFPortProfileOVSRepresentor extends VIFPortProfileOpenVSwitch {
  /** What to rename the representor to. */
  @field.linkName({ nullable: true })
  declare readonly representor_name?: string | null;

  /** The PCI address of the virtual function. */
  @field.pci({ nullable: true })
  declare readonly representor_address?: string | null;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileOVSRepresentor>) {
    super(fields);
  }
}
