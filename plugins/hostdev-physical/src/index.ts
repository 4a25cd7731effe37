import { type LegacyDriver, legacyDriver, type Plan, type PluginPackage } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

/** VIF type `hostdev_physical`: a physical PCI function, given to the guest as it is. */
@legacyDriver({
  type: 'hostdev_physical',
  needs: [{ kind: 'module', name: 'vfio_pci', from: "the kernel's module vfio-pci, and an IOMMU" }],
})
export class HostdevPhysicalDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'pci', pciAddress: requireKeys(vif, 'profile', 'pci_slot').pci_slot };
  }

  /** libvirt takes the function from the host, and gives it back. */
  plug(): Plan {
    return [];
  }

  path({ profile: { pci_slot: name } }: NetworkVif): Leg[] {
    return name === undefined ? [] : [{ kind: 'function', name }];
  }

  unplug(): Plan {
    return [];
  }
}

/** What the package offers: inert, until a driver is given it. */
const hostdevPhysical: PluginPackage = {
  name: '@vifkit/plugin-hostdev-physical',
  provides: [HostdevPhysicalDriver],
};
export default hostdevPhysical;
