import { type Plan, type PlanContext, unsupportedVif } from '@vifkit/core';
import { deviceName, type Instance, type NetworkVif, networkId } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { boundTap, noBoundTap, tapNeeds } from '@vifkit/core/steps';

/** A port of vRouter, whether a VIF of Nova's network model or an os-vif object asks for it. */
export interface VrouterPort {
  readonly vifId: string;
  readonly tap: string;
  readonly mac: string;
  /** The virtual network. */
  readonly networkId: string;
  readonly addresses: PortAddresses;
}

/** Where `vrouter-port-control` comes from. */
const vendor = "Contrail's vRouter agent, the package contrail-vrouter-agent";

export const needs = [...tapNeeds, { kind: 'program', name: 'vrouter-port-control', from: vendor } as const];

/** @throws VifError INVALID_VIF when the network has no id */
export function portOfModel(vif: NetworkVif): VrouterPort {
  const subnets = vif.network.subnets.map(({ ips }) => ips.map(({ address }) => address));
  return {
    vifId: vif.id,
    tap: deviceName(vif),
    mac: vif.address,
    networkId: networkId(vif),
    addresses: portAddresses(subnets),
  };
}

/**
 * @throws VifError INVALID_VIF when a field is missing, UNSUPPORTED_VIF for ports that are not taps: vRouter's own
 *   agent plugs those of DPDK and of offloading cards
 */
export function portOfObject(vif: VIFBase): VrouterPort {
  if (!(vif instanceof VIFGeneric)) throw unsupportedVif('vrouter', vif);
  const network = requireField(vif, 'network', vif.id);
  const subnets = (network.subnets.objects ?? []).map(({ ips }) =>
    (ips?.objects ?? []).map(({ address }) => address),
  );
  return {
    vifId: vif.id,
    tap: requireField(vif, 'vif_name', vif.id),
    mac: requireField(vif, 'address', vif.id),
    networkId: requireField(network, 'id', vif.id),
    addresses: portAddresses(subnets),
  };
}

/** The addresses of a port in the form that vRouter expects. */
interface PortAddresses {
  /** `0.0.0.0` when there is none. */
  readonly ipv4: string;
  /** `None` when there is none. */
  readonly ipv6: string;
}

/**
 * vRouter takes one address of each IP version: the first of a subnet, and with several subnets that of the last one.
 * @param subnets the addresses of each subnet
 */
function portAddresses(subnets: readonly (readonly (string | undefined)[])[]): PortAddresses {
  const first = subnets.flatMap(([address]) => address ?? []);
  return {
    ipv4: first.findLast((address) => !address.includes(':')) ?? '0.0.0.0',
    ipv6: first.findLast((address) => address.includes(':')) ?? 'None',
  };
}

const program = 'vrouter-port-control';

/**
 * Makes the tap a port of the VIF's virtual network. The tool takes its options as one argument, and splits it
 * itself.
 */
function addPort(port: VrouterPort, instance: Instance, virtType: string): string[] {
  const options = {
    oper: 'add',
    uuid: port.vifId,
    instance_uuid: instance.uuid,
    vn_uuid: port.networkId,
    vm_project_uuid: inert(instance.project_id),
    ip_address: port.addresses.ipv4,
    ipv6_address: port.addresses.ipv6,
    vm_name: inert(instance.display_name),
    mac: port.mac,
    tap_name: port.tap,
    port_type: virtType === 'lxc' ? 'NameSpacePort' : 'NovaVMPort',
    // No VLANs: vRouter gives the guest untagged frames.
    tx_vlan_id: -1,
    rx_vlan_id: -1,
  };
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return [program, words.join(' ')];
}

function deletePort(vifId: string): string[] {
  return [program, `--oper=delete --uuid=${vifId}`];
}

/**
 * A user's text in a form that the tool cannot take for options. The tool splits its argument at white space before
 * `--`, and otherwise at each `"` (https://bugs.launchpad.net/nova/+bug/1584625).
 */
function inert(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/\s+(?=--)/g, '');
}

/** guest's tap ── vRouter. */
export function plugPort(port: VrouterPort, { instance, virtType, tap: { multiQueue } }: PlanContext): Plan {
  const bind = addPort(port, instance, virtType);
  return boundTap({ name: port.tap, multiQueue, bind, unbind: deletePort(port.vifId), vendor });
}

export function unplugPort({ vifId, tap: name }: Pick<VrouterPort, 'vifId' | 'tap'>): Plan {
  return noBoundTap({ name, unbind: deletePort(vifId), vendor });
}
