import {
  type ConfigContext,
  type HostFacts,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  VifError,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

/**
 * VIF type `802.1qbh`: a virtual function with a port profile of the switch's. The guest gets the function itself
 * (`vnic_type` `direct`), or else a macvtap upon it.
 */
@legacyDriver({
  type: '802.1qbh',
  needs: [{ kind: 'module', name: 'macvtap', from: "the kernel's module macvtap" }],
})
export class QbhDriver implements LegacyDriver {
  async config(vif: NetworkVif, { facts }: ConfigContext): Promise<DeviceBackend> {
    const { pci_slot: pciAddress } = requireKeys(vif, 'profile', 'pci_slot');
    const { profileid } = requireKeys(vif, 'details', 'profileid');
    const common = {
      virtualPort: { type: '802.1Qbh', parameters: { profileid } },
      bandwidth: true,
    } as const;
    if (vif.vnic_type === 'direct') return { type: 'hostdev', pciAddress, model: null, ...common };
    const source = await netDeviceOf(pciAddress, facts);
    return { type: 'direct', source, mode: 'passthrough', driver: 'vhost', ...common };
  }

  /** libvirt does it all when the guest starts. */
  plug(): Plan {
    return [];
  }

  async path(vif: NetworkVif, { facts }: PlanContext): Promise<Leg[]> {
    const { pci_slot: name } = vif.profile;
    if (name === undefined) return []; // `config` refuses it
    if (vif.vnic_type === 'direct') return [{ kind: 'function', name, mac: vif.address }];
    const device = (await facts.pciNetDevice(name)) ?? `of ${name}`;
    return [{ kind: 'macvtap', name: device, mac: vif.address, mode: 'passthru' }];
  }

  unplug(): Plan {
    return [];
  }
}

async function netDeviceOf(pciAddress: string, facts: HostFacts): Promise<string> {
  const name = await facts.pciNetDevice(pciAddress);
  if (name !== undefined) return name;
  throw new VifError('PCI_DEVICE_NOT_FOUND', `There is no network device at PCI address ${pciAddress}`);
}
