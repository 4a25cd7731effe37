export type { Bandwidth, BandwidthLimit } from './config/bandwidth.js';
export { HostdevConfig } from './config/hostdev-config.js';
export { InterfaceConfig, type InterfaceDriver, type InterfaceSettings } from './config/interface-config.js';
export type { InterfaceSource } from './config/interface-source.js';
export { LibvirtGuestConfigurator } from './libvirt-guest-configurator.js';
