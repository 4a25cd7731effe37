import 'reflect-metadata';

export { createVifDriver, type VifDriverOptions } from './driver/create-vif-driver.js';
export type {
  ChangeResult,
  CheckResult,
  ConfigResult,
  Handled,
  PlannedStep,
  PlanResult,
  Settled,
} from './driver/results.js';
export type { VifDriver } from './driver/vif-driver.js';
export { type CallOptions, signalError } from './engine/deadline.js';
export type { Change } from './engine/job.js';
export type { AttemptedTask, Difference, Inspection, Outcome, StepRunner, Task } from './engine/runner.js';
export { type ErrorCode, errorCodes } from './errors/codes.js';
export { PlugError } from './errors/plug-error.js';
export { UnplugError } from './errors/unplug-error.js';
export { ValidationError, type Violation } from './errors/validation-error.js';
export { asVifError, isVifError, VifError, type VifErrorOptions } from './errors/vif-error.js';
export type { DeviceBackend, VirtualPort } from './guest/device-backend.js';
export { filterName } from './guest/filter-name.js';
export type { GuestConfigurator, GuestContext, GuestDevice } from './guest/guest-configurator.js';
export type { Host, HostFacts, HostLocks, VirtualFunction } from './host/host.js';
export { type Logger, silentLogger } from './logging/logger.js';
export { NetworkVif } from './model/network-vif.js';
export { requireKeys } from './model/require-keys.js';
export { toVifFields } from './model/to-vif-fields.js';
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
export { hybridBridgeName, hybridLinks, noHybridLinks, vethNames } from './plan/builders/hybrid-links.js';
export { portIds } from './plan/builders/port-ids.js';
export { stepTarget } from './plan/step-target.js';
export type {
  BridgeAttributes,
  CommandStep,
  CustomStep,
  LinkAbsentStep,
  LinkAttributes,
  LinkCreation,
  LinkStep,
  LinkType,
  OvsBridgeStep,
  OvsDatapathType,
  OvsPortAbsentStep,
  OvsPortStep,
  Plan,
  Step,
  StepKind,
  VfStep,
} from './plan/steps.js';
export { type Announced, announce } from './plugin/announce.js';
export type { ConfigContext, LegacyDriver, PlanContext, VifConverter, VifPlugin } from './plugin/contract.js';
export type { Declaration, Requirement, RequirementKind } from './plugin/declaration.js';
export { inject, legacyDriver, vifConverter, vifPlugin } from './plugin/decorators.js';
export type { PluginPackage } from './plugin/package.js';
export { PluginRegistry } from './plugin/registry.js';
export { tapNeeds } from './plugin/tap-needs.js';
export { LOGGER } from './plugin/tokens.js';
export { unsupportedVif } from './plugin/unsupported-vif.js';
export type { Flavor } from './request/flavor.js';
export type { HostCapabilities } from './request/host-capabilities.js';
export type { Image } from './request/image.js';
export type { Instance } from './request/instance.js';
export { parseRequest } from './request/parse-request.js';
export type { VifRequest } from './request/vif-request.js';
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
