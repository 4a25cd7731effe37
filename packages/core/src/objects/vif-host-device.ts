import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFBase } from './vif-base.js';

/** A PCI device given to the guest: an SR-IOV virtual function, or a whole network card. */
@versionedObject({ name: 'VIFHostDevice', version: '1.0' })
export class VIFHostDevice extends VIFBase {
  /** `ethernet` is libvirt's `<interface type="hostdev">`, `generic` its `<hostdev>`. */
  @field.enum(['ethernet', 'generic'])
  declare readonly dev_type?: 'ethernet' | 'generic';

  /** The PCI address of the device. */
  @field.pci()
  declare readonly dev_address?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFHostDevice, 'id'>) {
    super(fields);
  }
}
