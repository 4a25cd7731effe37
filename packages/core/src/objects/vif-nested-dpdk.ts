import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { VIFBase, type VIFFieldsOf } from './vif-base.js';
import type { VIFPortProfileK8sDPDK } from './vif-port-profile-k8s-dpdk.js';

/** A card of a virtual machine that a Kubernetes pod inside it drives by DPDK (Kuryr). libvirt has no part in it. */
@versionedObject({ name: 'VIFNestedDPDK', version: '1.0' })
export class VIFNestedDPDK extends VIFBase {
  /** The PCI address of the card, as the virtual machine sees it. */
  @field.pci({ wire: 'text' })
  declare readonly pci_address?: string;

  /** The driver that the card was bound to before, to which it goes back. */
  @field.text()
  declare readonly dev_driver?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFNestedDPDK, VIFPortProfileK8sDPDK>) {
    super(fields);
  }
}
