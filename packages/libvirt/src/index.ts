/**
 * The libvirt device of a VIF, and its XML.
 *
 * @packageDocumentation
 */

export type { Bandwidth, BandwidthLimit } from '@vifkit/core/nova';
export type { InterfaceSource } from './device-config.js';
export {
  HostdevConfig,
  InterfaceConfig,
  type InterfaceDriver,
  type InterfaceSettings,
} from './device-config.js';
export { LibvirtGuestConfigurator } from './libvirt-guest-configurator.js';
