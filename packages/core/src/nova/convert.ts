import { VifError } from '../errors/vif-error.js';
import { FixedIP, FixedIPList, Network, Route, RouteList, Subnet, SubnetList } from '../os-vif/network.js';
import { DatapathOffloadRepresentor, type VIFPortProfileBase } from '../os-vif/port-profiles.js';
import { VIFHostDevice } from '../os-vif/vifs.js';
import { deviceName, isNeutronFiltering, requireKeys } from './network-facts.js';
import type { IpModel, NetworkVif, RouteModel, SubnetModel } from './network-model.js';

/**
 * The network of a VIF of Nova's network model as an os-vif object, as Nova converts it.
 * @throws VifError INVALID_VIF if `should_create_vlan` is given, true or false, and `vlan` is missing
 */
export function toNetwork(vif: NetworkVif): Network {
  const { id, bridge, label, subnets, meta } = vif.network;
  const { mtu, multi_host, should_create_bridge, should_create_vlan, vlan, bridge_interface } = meta;
  if (should_create_vlan !== undefined && vlan === undefined) {
    const text = 'vif.network.meta.vlan is missing, and should_create_vlan is given: give both or neither';
    throw new VifError('INVALID_VIF', text, { vifId: vif.id });
  }
  return new Network({
    subnets: new SubnetList({ objects: subnets.map(toSubnet) }),
    bridge_interface: bridge_interface ?? null,
    ...(id !== undefined && { id }),
    ...(bridge !== undefined && { bridge }),
    ...(label !== undefined && { label }),
    ...(mtu !== undefined && { mtu }),
    ...(multi_host !== undefined && { multi_host }),
    ...(should_create_bridge !== undefined && { should_provide_bridge: should_create_bridge }),
    ...(should_create_vlan !== undefined &&
      vlan !== undefined && { should_provide_vlan: should_create_vlan, vlan }),
  });
}

function toSubnet({ cidr, gateway, dns, ips, routes }: SubnetModel): Subnet {
  return new Subnet({
    dns: addresses(dns),
    ips: new FixedIPList({ objects: ips.flatMap(toFixedIp) }),
    routes: new RouteList({ objects: routes.map(toRoute) }),
    ...(cidr !== undefined && { cidr }),
    ...(gateway?.address !== undefined && { gateway: gateway.address }),
  });
}

function toFixedIp({ address, floating_ips }: IpModel): FixedIP[] {
  return address === undefined ? [] : [new FixedIP({ address, floating_ips: addresses(floating_ips) })];
}

function toRoute({ cidr, gateway, interface: link }: RouteModel): Route {
  return new Route({
    ...(cidr !== undefined && { cidr }),
    ...(gateway?.address !== undefined && { gateway: gateway.address }),
    ...(link !== undefined && { interface: link }),
  });
}

function addresses(ips: readonly IpModel[]): string[] {
  return ips.flatMap(({ address }) => address ?? []);
}

/** What all os-vif objects made from VIFs of Nova's network model have in common. */
export interface ConvertedFields {
  readonly id: string;
  readonly address: string;
  readonly network: Network;
  readonly has_traffic_filtering: boolean;
  readonly preserve_on_delete: boolean;
  readonly active: boolean;
  readonly vif_name: string;
}

/**
 * The fields for a converter's object: `new VIFBridge({ ...toVifFields(vif), plugin: '...' })`.
 * @throws VifError INVALID_VIF
 */
export function toVifFields(vif: NetworkVif): ConvertedFields {
  const { id, address, preserve_on_delete, active } = vif;
  return {
    id,
    address,
    network: toNetwork(vif),
    has_traffic_filtering: isNeutronFiltering(vif),
    preserve_on_delete,
    active,
    vif_name: deviceName(vif),
  };
}

/**
 * The object of a virtual function that is passed through to the guest, as Nova converts it.
 * @throws VifError INVALID_VIF when the profile has no `pci_slot`
 */
export function toHostDevice(
  vif: NetworkVif,
  plugin: string,
  port_profile?: VIFPortProfileBase,
): VIFHostDevice {
  const { pci_slot } = requireKeys(vif, 'profile', 'pci_slot');
  // A device that is passed through to the guest is not a link of the host, and has no name there.
  const { vif_name: _, ...fields } = toVifFields(vif);
  const profile = port_profile && { port_profile };
  return new VIFHostDevice({ ...fields, plugin, dev_type: 'ethernet', dev_address: pci_slot, ...profile });
}

/**
 * The representor of a VIF's virtual function (switchdev), named after the VIF's device.
 * @throws VifError INVALID_VIF when the profile has no `pci_slot`
 */
export function toRepresentor(vif: NetworkVif): DatapathOffloadRepresentor {
  const { pci_slot } = requireKeys(vif, 'profile', 'pci_slot');
  return new DatapathOffloadRepresentor({
    representor_name: deviceName(vif),
    representor_address: pci_slot,
  });
}
