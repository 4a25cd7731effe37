export { type Libvirtd, startLibvirtd } from './libvirtd.js';
export { listLinks, makeNamespace, type Namespace, requireOwnNetwork } from './network-namespace.js';
export { type OpenVSwitch, type OpenVSwitchOptions, startOpenVSwitch } from './open-vswitch.js';
export { makeVendorTools, type VendorTools } from './vendor-tools.js';
export {
  fetchVirtualMachine,
  startVirtualMachine,
  type VirtualMachine,
  type VirtualMachineOptions,
  type VmResult,
} from './virtual-machine.js';
