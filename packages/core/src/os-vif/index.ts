export { classNameOf } from '../fields/field-spec.js';
export { fromPrimitive } from './from-primitive.js';
export { HostInfo, HostPluginInfo, HostPortProfileInfo, HostVIFInfo } from './host-info.js';
export { jsonSchemaOf } from './json-schema.js';
export { FixedIP, FixedIPList, Network, Route, RouteList, Subnet, SubnetList } from './network.js';
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
} from './port-profiles.js';
export { versionedObject } from './registry.js';
export { readManifest, toPrimitive, type VersionManifest, type WriteOptions } from './to-primitive.js';
export type { Primitive, PrimitiveValue } from './version.js';
export { type ChangesOf, type FieldsOf, isSet, VersionedObject } from './versioned-object.js';
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
} from './vifs.js';
