import { unsupportedVif } from '@vifkit/core';
import { deviceName, type NetworkVif, networkId } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { tapNeeds } from '@vifkit/core/steps';

/** The addresses of a port as vRouter is told them. */
interface PortAddresses {
  /** `0.0.0.0` when there is none. */
  readonly ipv4: string;
  /** `None` when there is none. */
  readonly ipv6: string;
}

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
export const vendor = "Contrail's vRouter agent, the package contrail-vrouter-agent";

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
 * @throws VifError INVALID_VIF when a field is missing, UNSUPPORTED_VIF for ports that are no tap: vRouter's own
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

/**
 * vRouter takes one address of each version: the first of a subnet, and of several subnets the last one's.
 * @param subnets the addresses of each subnet
 */
function portAddresses(subnets: readonly (readonly (string | undefined)[])[]): PortAddresses {
  const first = subnets.flatMap(([address]) => address ?? []);
  return {
    ipv4: first.findLast((address) => !address.includes(':')) ?? '0.0.0.0',
    ipv6: first.findLast((address) => address.includes(':')) ?? 'None',
  };
}
