import { VifError } from '../errors/vif-error.js';
import { FixedIP } from '../objects/fixed-ip.js';
import { FixedIPList } from '../objects/fixed-ip-list.js';
import { Network } from '../objects/network.js';
import { Route } from '../objects/route.js';
import { RouteList } from '../objects/route-list.js';
import { Subnet } from '../objects/subnet.js';
import { SubnetList } from '../objects/subnet-list.js';
import type { IpModel } from './ip-model.js';
import type { NetworkVif } from './network-vif.js';
import type { RouteModel } from './route-model.js';
import type { SubnetModel } from './subnet-model.js';

/**
 * The network of a VIF of Nova's network model as an os-vif object, as Nova converts it.
 * @throws VifError INVALID_VIF when a VLAN device is spoken of, wanted or not, and its number is missing
 */
export function toNetwork(vif: NetworkVif): Network {
  const { id, bridge, label, subnets, meta } = vif.network;
  const { mtu, multi_host, should_create_bridge, should_create_vlan, vlan, bridge_interface } = meta;
  if (should_create_vlan !== undefined && vlan === undefined) {
    const text = 'vif.network.meta.vlan is missing, and should_create_vlan is given';
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
