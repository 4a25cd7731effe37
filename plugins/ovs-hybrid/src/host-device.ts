import { type HostFacts, type Plan, VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFHostDevice } from '@vifkit/core/os-vif';
import { datapathOf, dpdkRepresentorPort, ensuredBridge, mtuOf, type PlugContext, vifPort } from './port.js';

/**
 * The guest has a virtual function, and the function's representor on the host is the port. With the kernel datapath
 * that is a link; with DPDK it is a port that Open vSwitch opens by the physical function's PCI address.
 */
export async function plugHostDevice(vif: VIFHostDevice, context: PlugContext): Promise<Plan> {
  const datapath = datapathOf(vif);
  const ensured = ensuredBridge(vif, datapath, context);
  const address = requireField(vif, 'dev_address', vif.id);
  const found = await context.facts.representor(address);
  if (!found) {
    const text = `There is no virtual function ${address} on this host: correct its address, or make it (sriov_numvfs)`;
    throw new VifError('PCI_DEVICE_NOT_FOUND', text, { vifId: vif.id });
  }
  const { pfAddress, index, netDevice } = found;
  if (datapath !== 'system') {
    const options = { 'dpdk-devargs': `${pfAddress},representor=[${index}]` };
    const name = dpdkRepresentorPort(vif.id);
    return [ensured, vifPort(vif, context, { name, datapath, type: 'dpdk', options, wired: true })];
  }
  if (netDevice === undefined) {
    const text = `Virtual function ${index} of ${pfAddress} has no representor: switch the card's mode (devlink dev eswitch set pci/${pfAddress} mode switchdev)`;
    throw new VifError('PCI_DEVICE_NOT_FOUND', text, { vifId: vif.id });
  }
  const represents = { representor: true, functionAddress: address };
  return [
    ensured,
    { kind: 'link', name: netDevice, set: { up: true, mtu: mtuOf(vif, context) } },
    { ...vifPort(vif, context, { name: netDevice, datapath, wired: true }), ...represents },
  ];
}

/** The guest's function, which libvirt passes through with the VIF's MAC address. */
export function hostDevicePath({ dev_address: name, address: mac }: VIFHostDevice): Leg[] {
  return name === undefined ? [] : [{ kind: 'function', name, ...(mac && { mac }) }];
}

/** The link that is the VIF's port; undefined if it is a DPDK port, or the virtual function is gone. */
export async function representorLinkOf(vif: VIFHostDevice, facts: HostFacts): Promise<string | undefined> {
  const { dev_address } = vif;
  if (dev_address === undefined || datapathOf(vif) !== 'system') return undefined;
  return (await facts.representor(dev_address))?.netDevice;
}
