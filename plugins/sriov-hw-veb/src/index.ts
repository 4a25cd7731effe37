import {
  type ConfigContext,
  isSameVif,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
  VifError,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

/** vNIC types of a passed-through function; Cyborg uses the accelerator type. */
const passedThrough: readonly string[] = ['direct', 'accelerator-direct'];

/**
 * VIF type `hw_veb`: a virtual function behind the switch in its card. It is passed through to the guest (vNIC type
 * `direct`; libvirt then sets MAC and VLAN), or used through a macvtap on top of the function's network device
 * (`macvtap`).
 */
@legacyDriver({
  type: 'hw_veb',
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
    { kind: 'module', name: 'macvtap', from: "the kernel's modules; the vNIC type macvtap needs it" },
  ],
})
export class HwVebDriver implements LegacyDriver {
  async config(vif: NetworkVif, { facts }: ConfigContext): Promise<DeviceBackend> {
    const { pci_slot: pciAddress } = requireKeys(vif, 'profile', 'pci_slot');
    const { vlan } = requireKeys(vif, 'details', 'vlan');
    if (passedThrough.includes(vif.vnic_type)) {
      return { type: 'hostdev', pciAddress, vlan, model: null, driver: null, bandwidth: true };
    }
    const source = (await facts.pciNetDevice(pciAddress)) ?? noNetDevice(vif, pciAddress);
    // The plug sets the function's VLAN: the guest's frames are tagged below the macvtap.
    return { type: 'direct', source, mode: 'passthrough', vlan, driver: 'vhost', bandwidth: true };
  }

  async plug(vif: NetworkVif, { facts, routing }: PlanContext): Promise<Plan> {
    if (vif.vnic_type !== 'macvtap') return routing === 'current' && isTrustedDirect(vif) ? trust(vif) : [];
    const { pci_slot: address } = requireKeys(vif, 'profile', 'pci_slot');
    const { vlan } = requireKeys(vif, 'details', 'vlan');
    const found = await facts.virtualFunction(address);
    const name = found?.netDevice ?? noNetDevice(vif, address);
    const mac = vif.address;
    if (!isTrusted(vif)) {
      // Whoever set up the card decides on trust then. The device's own address is for libvirt to set.
      return [
        { kind: 'vf', address, mac, vlan },
        { kind: 'link', name, set: { up: true } },
      ];
    }
    return [
      { kind: 'vf', address, mac, vlan, trust: true },
      // The card lets a trusted function replace its MAC, and its device does so with its own address when it is set
      // up.
      { kind: 'link', name, set: { up: true, address: mac } },
    ];
  }

  async path(vif: NetworkVif, { facts }: PlanContext): Promise<Leg[]> {
    const { pci_slot: name } = vif.profile;
    if (name === undefined) return [];
    const { address: mac } = vif;
    if (vif.vnic_type !== 'macvtap') {
      const { vlan } = vif.details;
      return [{ kind: 'function', name, mac, ...(vlan !== undefined && { vlan }) }];
    }
    const device = await facts.pciNetDevice(name);
    return device === undefined ? [] : [{ kind: 'macvtap', name: device, mac, mode: 'passthru' }];
  }

  async unplug(vif: NetworkVif, { facts, routing }: PlanContext): Promise<Plan> {
    const { pci_slot: address } =
      vif.vnic_type === 'macvtap' ? requireKeys(vif, 'profile', 'pci_slot') : vif.profile;
    if (address === undefined) return [];
    const found = await facts.virtualFunction(address);
    if (!found) return []; // its settings are gone too
    const holder = await facts.vfHolder(address);
    if (holder !== undefined && !isSameVif(holder, vif.id)) return []; // it belongs to another VIF by now
    if (vif.vnic_type !== 'macvtap') {
      const isOurs = holder !== undefined || (routing === 'current' && isTrustedDirect(vif));
      return isOurs ? [{ kind: 'vf', address, trust: false, restore: { vifMac: vif.address } }] : [];
    }
    const { netDevice } = found;
    return [
      // Other programs that plug it, such as Nova, start from a function without VLAN and trust.
      {
        kind: 'vf',
        address,
        vlan: 0,
        ...(isTrusted(vif) && { trust: false }),
        restore: { vifMac: vif.address },
      },
      ...(netDevice === undefined
        ? []
        : [{ kind: 'link', name: netDevice, set: { up: false }, goesWith: address } as const]),
    ];
  }
}

/** Whether today's Nova sets trust on the function. libvirt sets MAC and VLAN, but cannot set trust. */
function isTrustedDirect(vif: NetworkVif): boolean {
  return vif.vnic_type === 'direct' && isTrusted(vif);
}

function trust(vif: NetworkVif): Plan {
  const { pci_slot: address } = requireKeys(vif, 'profile', 'pci_slot');
  return [{ kind: 'vf', address, trust: true }];
}

/** Whether the port asks for trust. Neutron passes on what its user wrote, a boolean or text. */
function isTrusted({ profile: { trusted } }: NetworkVif): boolean {
  return trusted === true || (typeof trusted === 'string' && /^(true|t|yes|y|on|1)$/i.test(trusted));
}

function noNetDevice({ id }: NetworkVif, address: string): never {
  const what = `There is no virtual function with a network device at ${address} on this host, and a macvtap needs it`;
  const text = `${what}: correct vif.profile.pci_slot, or bind the function to its network driver`;
  throw new VifError('PCI_DEVICE_NOT_FOUND', text, { vifId: id });
}

/** What the package provides. It is inert until it is given to a driver. */
const hwVeb: PluginPackage = { name: '@vifkit/plugin-sriov-hw-veb', provides: [HwVebDriver] };
export default hwVeb;
