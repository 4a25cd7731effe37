/**
 * os-vif's objects: VIFs, port profiles, networks, and plugin announcements. Vendors declare their own classes with
 * {@link versionedObject} and {@link field}.
 *
 * @packageDocumentation
 */

export { field } from './fields/field.js';
export { classNameOf } from './fields/field-spec.js';
export { fromPrimitive } from './os-vif/from-primitive.js';
export {
  announcedPlugin,
  announcedVif,
  commonVersion,
  HostInfo,
  HostPluginInfo,
  HostPortProfileInfo,
  HostVIFInfo,
} from './os-vif/host-info.js';
export { FixedIP, FixedIPList, Network, Route, RouteList, Subnet, SubnetList } from './os-vif/network.js';
export {
  DatapathOffloadBase,
  DatapathOffloadRepresentor,
  VIFPortProfile8021Qbg,
  VIFPortProfile8021Qbh,
  VIFPortProfileBase,
  VIFPortProfileFPBridge,
  VIFPortProfileFPOpenVSwitch,
  VIFPortProfileFPTap,
  VIFPortProfileK8sDPDK,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
} from './os-vif/port-profiles.js';
export { versionedObject } from './os-vif/registry.js';
export { readManifest, toPrimitive, type VersionManifest, type WriteOptions } from './os-vif/to-primitive.js';
export type { Primitive, PrimitiveValue } from './os-vif/version.js';
export { type ChangesOf, type FieldsOf, isSet, VersionedObject } from './os-vif/versioned-object.js';
export {
  InstanceInfo,
  requireField,
  VIFBase,
  VIFBridge,
  VIFDirect,
  type VIFFieldsOf,
  VIFGeneric,
  VIFHostDevice,
  VIFNestedDPDK,
  VIFOpenVSwitch,
  VIFVHostUser,
} from './os-vif/vifs.js';
