import {
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
  VifError,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

const vendor = "Mellanox' eSwitch daemon, the package eswitchd";

/** VIF type `ib_hostdev`: an InfiniBand function that is passed through to the guest, with a port in its fabric. */
@legacyDriver({ type: 'ib_hostdev', needs: [{ kind: 'program', name: 'ebrctl', from: vendor }] })
export class IbHostdevDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'pci', pciAddress: requireKeys(vif, 'profile', 'pci_slot').pci_slot };
  }

  plug(vif: NetworkVif, { instance }: PlanContext): Plan {
    const fabric = fabricOf(vif);
    const { pci_slot } = requireKeys(vif, 'profile', 'pci_slot');
    return [
      {
        kind: 'command',
        argv: ['ebrctl', 'add-port', vif.address, instance.uuid, fabric, 'ib_hostdev', pci_slot],
        undo: deletePort(vif, fabric),
        vendor,
      },
    ];
  }

  path({ profile: { pci_slot: name } }: NetworkVif): Leg[] {
    return name === undefined ? [] : [{ kind: 'function', name }];
  }

  unplug(vif: NetworkVif): Plan {
    return [{ kind: 'command', argv: deletePort(vif, fabricOf(vif)), vendor }];
  }
}

function deletePort({ address }: NetworkVif, fabric: string): string[] {
  return ['ebrctl', 'del-port', fabric, address];
}

/**
 * The fabric is the physical network, which Nova looks for on the network first, then in the VIF's details; the
 * one in the profile belongs to the PCI device.
 * @throws VifError INVALID_VIF if there is none, or if `ebrctl` would take it for an option
 */
function fabricOf({ id, network, details }: NetworkVif): string {
  const fabric = network.meta.physical_network || details.physical_network;
  if (fabric?.startsWith('-')) {
    const text = `physical_network names the port's fabric and must not begin with '-'; it is '${fabric}'`;
    throw new VifError('INVALID_VIF', text, { vifId: id });
  }
  if (fabric) return fabric;
  const text = 'vif.network.meta.physical_network and vif.details.physical_network are missing';
  throw new VifError('INVALID_VIF', `${text}: there is no fabric to put the port into`, { vifId: id });
}

/** What the package provides. It is inert until it is given to a driver. */
const ibHostdev: PluginPackage = { name: '@vifkit/plugin-ib-hostdev', provides: [IbHostdevDriver] };
export default ibHostdev;
