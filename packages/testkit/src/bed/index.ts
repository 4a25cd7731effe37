/**
 * Private Open vSwitch, OVN, libvirt, guests and network namespaces for tests. They need root.
 *
 * @packageDocumentation
 */

export {
  type GuestReport,
  type LibvirtGuest,
  type LibvirtGuestOptions,
  type LibvirtGuests,
  startLibvirtGuests,
} from './libvirt-guests.js';
export { type Libvirtd, type LibvirtdOptions, startLibvirtd } from './libvirtd.js';
export { type NetlinkRequests, netlinkWrites } from './netlink-requests.js';
export { listLinks, makeNamespace, type Namespace, requireOwnNetwork } from './network-namespace.js';
export { fetchNodeReleases, nodeReleases } from './node-releases.js';
export { type OpenVSwitch, type OpenVSwitchOptions, startOpenVSwitch } from './open-vswitch.js';
export { type Chassis, type Ovn, startOvn } from './ovn.js';
export { type OvsdbCounter, startOvsdbCounter } from './ovsdb-counter.js';
export { type SystemTrace, traceProgram } from './system-trace.js';
export { makeVendorTools, type VendorTools } from './vendor-tools.js';
export { startVhostUserGuest, type VhostUserGuest, type VhostUserGuestOptions } from './vhost-user-guest.js';
export {
  fetchVirtualMachine,
  startVirtualMachine,
  type VirtualMachine,
  type VirtualMachineOptions,
  type VmResult,
} from './virtual-machine.js';
