import { type LegacyDriver, legacyDriver, type Plan, type PluginPackage } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

/** VIF type `hostdev_physical`: a physical PCI function that is passed through to the guest. */
@legacyDriver({
  type: 'hostdev_physical',
  needs: [{ kind: 'module', name: 'vfio_pci', from: "the kernel's module vfio-pci, and an IOMMU" }],
})
export class HostdevPhysicalDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'pci', pciAddress: requireKeys(vif, 'profile', 'pci_slot').pci_slot };
  }

  /** libvirt detaches the function from the host, and reattaches it. */
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

/** What the package provides. It is inert until it is given to a driver. */
const hostdevPhysical: PluginPackage = {
  name: '@vifkit/plugin-hostdev-physical',
  provides: [HostdevPhysicalDriver],
};
export default hostdevPhysical;
