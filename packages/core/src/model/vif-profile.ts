import { field } from '../schema/field.js';
import { keepsUnknownKeys } from '../schema/field-store.js';

/** Neutron's `binding:profile`: a free map that Nova fills with the PCI device. These are the known keys. */
@keepsUnknownKeys
export class VifProfile {
  @field.pci()
  declare readonly pci_slot?: string;

  @field.text()
  declare readonly pci_vendor_info?: string;

  @field.text()
  declare readonly physical_network?: string;

  readonly [key: string]: unknown;
}
