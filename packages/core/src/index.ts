import 'reflect-metadata';

export type { Leg } from './connection/legs.js';
export { type ErrorCode, errorCodes } from './errors/codes.js';
export { type CoreCopy, thisCore } from './errors/core-copy.js';
export {
  asVifError,
  type ErrorOf,
  type ErrorsByCode,
  isVifError,
  ValidationError,
  VifError,
  type VifErrorOptions,
  type Violation,
} from './errors/vif-error.js';
export {
  IsLinkName,
  IsMacAddress,
  IsMtu,
  IsPciAddress,
  IsPlainText,
  IsSocketPath,
  IsUuid,
  IsVlanId,
} from './fields/decorators.js';
export { field } from './fields/field.js';
export { checkLinkName, isSameVif } from './fields/values.js';
export { toHostDevice, toRepresentor, toVifFields } from './nova/convert.js';
export {
  cardModel,
  cardQueues,
  guestFlag,
  isTrue,
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
  deviceName,
  filterName,
  interfaceId,
  isHostFiltering,
  isHybridPlug,
  isNeutronFiltering,
  needsHybridBridge,
  networkBridge,
  networkId,
  networkMtu,
  requireKeys,
  type VhostUserSocket,
  vhostUserSocket,
} from './nova/network-facts.js';
export { NetworkVif, vendorDetails } from './nova/network-model.js';
export { type PortSettings, portSettings } from './nova/port-settings.js';
export type { Flavor, HostCapabilities, Image, Instance, VifRequest } from './nova/request.js';
export { parseRequest, type Routing, routings } from './nova/request.js';
export type {
  InstanceInput,
  NetworkInput,
  NetworkVifInput,
  RequestOf,
  UnreadJson,
  VifInput,
  VifRequestInput,
} from './nova/request-input.js';
export { announcedPlugin, announcedVif, commonVersion } from './os-vif/host-info.js';
export * from './os-vif/index.js';
export type { HostFacts, Representor, VirtualFunction } from './plan/host.js';
export { type Logger, silentLogger } from './plan/host.js';
export type {
  BridgeAttributes,
  BridgePortStep,
  CommandStep,
  CustomStep,
  GuestFilterAbsentStep,
  GuestFilterStep,
  LinkAbsentStep,
  LinkAttributes,
  LinkCreation,
  LinkStep,
  LinkType,
  LinkUserAbsentStep,
  LinkUserStep,
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsDatapathType,
  OvsPortAbsentStep,
  OvsPortInitial,
  OvsPortSettingsStep,
  OvsPortStep,
  OvsVifPortsAbsentStep,
  OvsVlanMode,
  Plan,
  Step,
  StepKind,
  VendorStep,
  VfStep,
} from './plan/steps.js';
export { stepTarget } from './plan/steps.js';
export { type Announced, announce } from './plugin/announce.js';
export type {
  ConfigContext,
  ConversionContext,
  LegacyDriver,
  PlanContext,
  VifConverter,
  VifPlugin,
} from './plugin/contract.js';
export type { Declaration, Requirement, RequirementKind } from './plugin/declaration.js';
export { inject, injectable, legacyDriver, vifConverter, vifPlugin } from './plugin/decorators.js';
export { type DescribedHost, describeHost } from './plugin/describe-host.js';
export { optionsFromEnvironment, optionVariable } from './plugin/environment.js';
export type { OptionsByName, OptionsSource } from './plugin/options.js';
export type { Component, OptionsOf, PluginPackage } from './plugin/package.js';
export {
  type BoundTap,
  boundTap,
  guestLinkIn,
  guestLinkPath,
  hybridBridgeName,
  hybridLinks,
  noBoundTap,
  noHybridLinks,
  portIds,
  tapName,
  tapNeeds,
  vethNames,
} from './plugin/recipes.js';
export { PluginRegistry, type RegistryParts } from './plugin/registry.js';
export type { ContractAdapter } from './plugin/served-contract.js';
export type { StaticComponent, StaticDeclaration } from './plugin/static-declaration.js';
export { FACTS, LOGGER } from './plugin/tokens.js';
export { unsupportedVif } from './plugin/unsupported-vif.js';
