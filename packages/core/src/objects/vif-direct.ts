import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { VIFBase, type VIFFieldsOf } from './vif-base.js';
import type { VIFPortProfile8021Qbg } from './vif-port-profile-8021qbg.js';
import type { VIFPortProfile8021Qbh } from './vif-port-profile-8021qbh.js';

/** A macvtap device on top of a network device of the host. */
@versionedObject({ name: 'VIFDirect', version: '1.0' })
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

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFDirect, VIFPortProfile8021Qbg | VIFPortProfile8021Qbh>) {
    super(fields);
  }
}
