import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFBase } from './vif-base.js';

/** A macvtap device on top of a network device of the host. */
@versionedObject({ version: '1.0' })
export class VIFDirect extends VIFBase {
  /** The macvtap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The PCI address of the device below. */
  @field.pci()
  declare readonly dev_address?: string;

  /** How macvtap connects it. */
  @field.enum(['vepa', 'passthrough', 'bridge'])
  declare readonly mode?: 'vepa' | 'passthrough' | 'bridge';

  /** The VLAN device to use in between. */
  @field.linkName()
  declare readonly vlan_name?: string;

  constructor(fields: FieldsOf<VIFDirect, 'id'>) {
    super(fields);
  }
}
