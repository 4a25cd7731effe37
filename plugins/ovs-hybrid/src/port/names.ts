/** os-vif's and Neutron's names of links have 14 characters, one less than the kernel would take. */
const LINK_LENGTH = 14;

/** The port of a vhost-user socket, after which Open vSwitch names a socket that it makes. */
export function vhostUserPort(vifId: string): string {
  return `vhu${vifId}`.slice(0, LINK_LENGTH);
}

/** The port of a virtual function that DPDK has. */
export function dpdkRepresentorPort(vifId: string): string {
  return `vfr${vifId}`.slice(0, LINK_LENGTH);
}

/** A VIF's own bridge. */
export function portBridge(vifId: string): string {
  return `pb${vifId}`.slice(0, LINK_LENGTH);
}

/** The patch ports between that bridge (first) and the integration bridge (second): no links, so of full length. */
export function patchPorts(vifId: string): readonly [portBridgeEnd: string, integrationBridgeEnd: string] {
  return [`pbp${vifId}`, `ibp${vifId}`];
}

/** Whether a bridge is that of a Neutron trunk port: the guest's VLANs are told apart there. */
export function isTrunkBridge(name: string): boolean {
  return name.startsWith('tbr-');
}
