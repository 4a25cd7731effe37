import {
  type ConfigContext,
  type HostFacts,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
  VifError,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

/** VIF type `802.1qbg`: a macvtap in VEPA mode, for which libvirt registers with the switch by VSI discovery. */
@legacyDriver({
  type: '802.1qbg',
  needs: [
    { kind: 'module', name: 'macvtap', from: "the kernel's module macvtap" },
    { kind: 'program', name: 'lldpad', from: 'lldpad' },
  ],
})
export class QbgDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    const { managerid, typeid, typeidversion, instanceid } = requireKeys(
      vif,
      'qbg_params',
      'managerid',
      'typeid',
      'typeidversion',
      'instanceid',
    );
    return {
      type: 'direct',
      source: networkInterface(vif),
      mode: 'vepa',
      virtualPort: {
        type: '802.1Qbg',
        parameters: {
          managerid: String(managerid),
          typeid: String(typeid),
          typeidversion: String(typeidversion),
          instanceid,
        },
      },
      bandwidth: true,
    };
  }

  /** libvirt does everything when the guest starts. */
  plug(): Plan {
    return [];
  }

  path(vif: NetworkVif): Leg[] {
    const { interface: name } = vif.network.meta;
    if (name === undefined) return []; // `config` refuses it
    return [
      { kind: 'macvtap', name, mac: vif.address, mode: 'vepa' },
      { kind: 'uplink', name },
    ];
  }

  unplug(): Plan {
    return [];
  }
}

function networkInterface(vif: NetworkVif): string {
  const link = vif.network.meta.interface;
  if (link !== undefined) return link;
  const text = 'vif.network.meta.interface is missing, and this VIF type needs it';
  throw new VifError('INVALID_VIF', text, { vifId: vif.id });
}

/**
 * VIF type `802.1qbh`: a virtual function with a port profile of the switch. The guest gets the function itself
 * (`vnic_type` `direct`), otherwise a macvtap on top of it.
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

  /** libvirt does everything when the guest starts. */
  plug(): Plan {
    return [];
  }

  async path(vif: NetworkVif, { facts }: PlanContext): Promise<Leg[]> {
    const { pci_slot: name } = vif.profile;
    if (name === undefined) return []; // `config` refuses it
    const device = vif.vnic_type === 'direct' ? undefined : await facts.pciNetDevice(name);
    if (device === undefined) return [{ kind: 'function', name, mac: vif.address }];
    return [{ kind: 'macvtap', name: device, mac: vif.address, mode: 'passthru' }];
  }

  unplug(): Plan {
    return [];
  }
}

async function netDeviceOf(pciAddress: string, facts: HostFacts): Promise<string> {
  const name = await facts.pciNetDevice(pciAddress);
  if (name !== undefined) return name;
  const text = `There is no network device at PCI address ${pciAddress}: correct vif.profile.pci_slot, or bind the device to its network driver`;
  throw new VifError('PCI_DEVICE_NOT_FOUND', text);
}

/** What the package provides. It is inert until it is given to a driver. */
const vepa: PluginPackage = { name: '@vifkit/plugin-vepa', provides: [QbgDriver, QbhDriver] };
export default vepa;
