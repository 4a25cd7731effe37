/**
 * The Nova side: its network model, requests, the guest's card and device, and what converters and drivers share.
 *
 * @packageDocumentation
 */

export { toHostDevice, toRepresentor, toVifFields } from './nova/convert.js';
export {
  cardModel,
  cardQueues,
  guestFlag,
  requireVirtio,
  type TapQueues,
  tapQueues,
  wantsMultiqueue,
} from './nova/guest-card.js';
export type {
  DeviceBackend,
  DomainElement,
  GuestConfigurator,
  GuestContext,
  GuestDevice,
  VirtualPort,
} from './nova/guest-device.js';
export {
  type Bandwidth,
  type BandwidthLimit,
  bandwidthOf,
  requireLastingName,
} from './nova/guest-limits.js';
export {
  deviceName,
  filterName,
  interfaceId,
  isHostFiltering,
  isHybridPlug,
  isNeutronFiltering,
  linkNameFor,
  needsHybridBridge,
  networkBridge,
  networkId,
  networkMtu,
  requireKeys,
  type VhostUserSocket,
  vhostUserSocket,
} from './nova/network-facts.js';
export { type MacvtapMode, macvtapModes, NetworkVif, vendorDetails } from './nova/network-model.js';
export { type PortSettings, portSettings } from './nova/port-settings.js';
export {
  type Flavor,
  type HostCapabilities,
  type Image,
  type Instance,
  parseRequest,
  type Routing,
  routings,
  type VifRequest,
} from './nova/request.js';
export type {
  InstanceInput,
  NetworkInput,
  NetworkVifInput,
  RequestOf,
  UnreadJson,
  VifInput,
  VifRequestInput,
} from './nova/request-input.js';
