import { linkNameFor } from '@vifkit/core/nova';

type Given = Readonly<Record<string, unknown>>;

/** Whether it is a Neutron port: in the form of its API, alone or in `port` or `ports`, or as `openstack` prints it. */
export function isPort(given: Given): boolean {
  if (isObject(given.port) || Array.isArray(given.ports)) return true;
  return typeof given.mac_address === 'string' && 'network_id' in given;
}

/**
 * The requests for one port or many, or what is wrong with a port: the end of a sentence. A port does not contain its
 * network's MTU, so its network must be given: `{"port": …, "network": …}`.
 */
export function requestOfPort(given: Given, instance: string | undefined): (object | string)[] {
  const ports = Array.isArray(given.ports) ? given.ports : [given.port ?? given];
  const network = isObject(given.network) ? given.network : undefined;
  return ports.map((port) =>
    isObject(port) ? requestOf(port, network, instance) : 'has a port that is not an object',
  );
}

function requestOf(port: Given, given: Given | undefined, instance: string | undefined): object | string {
  const type = of(port, 'vif_type');
  const uuid = instance ?? (port.device_id || undefined);
  const network = isObject(given?.network) ? given.network : given;
  if (type === undefined) {
    return 'is a port of Neutron without binding:vif_type, which Neutron shows only to administrators: show it as one, or take the VIF from the network_info that Nova keeps';
  }
  if (network?.mtu === undefined) {
    return 'is a port of Neutron, which does not contain its network\'s MTU. Put both into one object: {"port": …, "network": …}, as `openstack port show -f json` and `openstack network show -f json` print them';
  }
  if (network.id !== undefined && network.id !== port.network_id) {
    return 'is a port of Neutron with another network than its own (network_id). Put its own network beside it';
  }
  if (!isObject(of(port, 'vif_details') ?? {}) || !Array.isArray(port.fixed_ips ?? [])) {
    return 'is a port of Neutron whose vif_details or fixed_ips are text, as older releases of `openstack` print them: take the port from the API of Neutron';
  }
  if (uuid === undefined)
    return 'is a port of Neutron without device_id. Give the UUID of its instance: --instance UUID';
  return { vif: vifOf(port, network, type), instance: { uuid } };
}

/**
 * A VIF made from a port as Nova does it (nova/network/neutron.py, `_build_vif_model` and `_nw_info_build_network`). Of
 * its subnets, the port contains only the addresses that it has in them.
 */
function vifOf(port: Given, network: Given, type: unknown): object {
  const { id, network_id: networkId } = port;
  const details = of(port, 'vif_details');
  const named = isObject(details) ? details : {};
  const isOvs = isOvsPort(type, named);
  const bridge = bridgeOf(type, networkId, named);
  return {
    id,
    address: port.mac_address,
    type,
    vnic_type: of(port, 'vnic_type') ?? 'normal',
    details: named,
    profile: of(port, 'profile') ?? {},
    devname: linkNameFor('tap', String(id)),
    active: port.admin_state_up === false || port.status === 'ACTIVE',
    delegate_create: true,
    ...(isOvs && { ovs_interfaceid: id }),
    network: {
      id: networkId,
      ...(bridge !== undefined && { bridge }),
      ...(typeof network.name === 'string' && { label: network.name }),
      subnets: subnetsOf(port.fixed_ips),
      meta: {
        mtu: network.mtu,
        ...(type === 'bridge' && { should_create_bridge: true }),
        physical_network: network['provider:physical_network'] ?? undefined,
      },
    },
  };
}

function isOvsPort(type: unknown, details: Given): boolean {
  return (
    type === 'ovs' || type === 'agilio_ovs' || (type === 'vhostuser' && details.vhostuser_ovs_plug === true)
  );
}

/** The bridge of the port's network on the host; undefined for a port that needs none. */
function bridgeOf(type: unknown, networkId: unknown, details: Given): string | undefined {
  const isOvs = isOvsPort(type, details);
  const isLinuxBridge = type === 'bridge' || (type === 'vhostuser' && details.vhostuser_fp_plug === true);
  if (!isOvs && !isLinuxBridge) return undefined;
  const named = details.bridge_name ?? undefined;
  if (named !== undefined) return linkNameFor(String(named), ''); // Nova shortens this name, too
  return isOvs ? 'br-int' : linkNameFor('brq', String(networkId));
}

/** The subnets of a port's `fixed_ips`, in their order. */
function subnetsOf(fixedIps: unknown): object[] {
  const bySubnet = new Map<unknown, object[]>();
  for (const fixed of Array.isArray(fixedIps) ? fixedIps.filter(isObject) : []) {
    const { subnet_id: subnet, ip_address: address } = fixed;
    const version = String(address).includes(':') ? 6 : 4;
    bySubnet.set(subnet, [...(bySubnet.get(subnet) ?? []), { address, version, type: 'fixed' }]);
  }
  return [...bySubnet.values()].map((ips) => ({ ips }));
}

/** A value of the port's binding: `binding:vif_type` in the API, `binding_vif_type` as `openstack` prints it. */
function of(port: Given, name: string): unknown {
  return port[`binding:${name}`] ?? port[`binding_${name}`] ?? undefined;
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
