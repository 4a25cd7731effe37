import 'reflect-metadata';

export type { Leg } from './connection/legs.js';
export { type CoreCopy, thisCore } from './core-copy.js';
export { type ErrorCode, errorCodes } from './errors/codes.js';
export { ValidationError, type Violation } from './errors/validation-error.js';
export {
  asVifError,
  type ErrorOf,
  type ErrorsByCode,
  isVifError,
  VifError,
  type VifErrorOptions,
} from './errors/vif-error.js';
export type { DeviceBackend, VirtualPort } from './guest/device-backend.js';
export { filterName } from './guest/filter-name.js';
export { cardModel, cardQueues, requireVirtio, type TapQueues, tapQueues } from './guest/guest-card.js';
export type {
  DomainElement,
  GuestConfigurator,
  GuestContext,
  GuestDevice,
} from './guest/guest-configurator.js';
export { guestFlag, isTrue, wantsMultiqueue } from './guest/guest-flags.js';
export type { HostFacts, Representor, VirtualFunction } from './host/facts.js';
export { announcedPlugin, announcedVif } from './host-info/announced.js';
export { commonVersion } from './host-info/common-version.js';
export { type DescribedHost, describeHost } from './host-info/describe-host.js';
export { type Logger, silentLogger } from './logging/logger.js';
export { NetworkVif } from './model/network-vif.js';
export { type PortSettings, portSettings } from './model/port-settings.js';
export { requireKeys } from './model/require-keys.js';
export { toHostDevice, toRepresentor } from './model/to-host-device.js';
export { toVifFields } from './model/to-vif-fields.js';
export { vendorDetails } from './model/vendor-details.js';
export { type VhostUserSocket, vhostUserSocket } from './model/vhost-user-socket.js';
export {
  deviceName,
  interfaceId,
  isHostFiltering,
  isHybridPlug,
  isNeutronFiltering,
  needsHybridBridge,
  networkBridge,
  networkId,
  networkMtu,
} from './model/vif-facts.js';
export * from './objects/index.js';
export { type BoundTap, boundTap, noBoundTap } from './plan/builders/bound-tap.js';
export {
  guestLinkIn,
  guestLinkPath,
  hybridBridgeName,
  hybridLinks,
  noHybridLinks,
  tapName,
  vethNames,
} from './plan/builders/hybrid-links.js';
export { portIds } from './plan/builders/port-ids.js';
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
export { optionsFromEnvironment } from './plugin/options/from-environment.js';
export type { OptionsByName, OptionsSource } from './plugin/options/options-source.js';
export { optionVariable } from './plugin/options/variables.js';
export type { Component, OptionsOf, PluginPackage } from './plugin/package.js';
export { PluginRegistry, type RegistryParts } from './plugin/registry.js';
export type { ContractAdapter } from './plugin/served-contract.js';
export type { StaticComponent, StaticDeclaration } from './plugin/static-declaration.js';
export { tapNeeds } from './plugin/tap-needs.js';
export { FACTS, LOGGER } from './plugin/tokens.js';
export { unsupportedVif } from './plugin/unsupported-vif.js';
export type { Flavor } from './request/flavor.js';
export type { HostCapabilities } from './request/host-capabilities.js';
export type { Image } from './request/image.js';
export type { Instance } from './request/instance.js';
export { parseRequest } from './request/parse-request.js';
export type {
  InstanceInput,
  NetworkInput,
  NetworkVifInput,
  RequestOf,
  UnreadJson,
  VifInput,
  VifRequestInput,
} from './request/request-input.js';
export { type Routing, routings } from './request/routing.js';
export type { VifRequest } from './request/vif-request.js';
export { field } from './schema/field.js';
export {
  IsLinkName,
  IsMacAddress,
  IsMtu,
  IsPciAddress,
  IsPlainText,
  IsSocketPath,
  IsUuid,
  IsVlanId,
} from './validation/decorators.js';
export { checkLinkName } from './validation/link-name.js';
export { isSameVif } from './validation/uuid.js';
