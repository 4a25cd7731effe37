/**
 * The contract of plugins, drivers and converters: what they are given, what they return, how they are declared and
 * registered, their options, and errors. VIFs, Nova's network model, steps and the rest have separate entry points.
 *
 * @packageDocumentation
 */

import 'reflect-metadata';

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
  IsCidr,
  IsIpAddress,
  IsLinkName,
  IsMacAddress,
  IsMtu,
  IsPciAddress,
  IsPlainText,
  IsSocketPath,
  IsUuid,
  IsVlanId,
} from './fields/decorators.js';
export { checkLinkName, isSameVif } from './fields/values.js';
export {
  type HostFacts,
  type Logger,
  type Representor,
  silentLogger,
  type VirtualFunction,
} from './plan/host.js';
export type { Plan } from './plan/steps.js';
export {
  type Announced,
  announce,
  type DescribedHost,
  describeHost,
  unsupportedVif,
} from './plugin/announce.js';
export type {
  ConfigContext,
  ConversionContext,
  LegacyDriver,
  PlanContext,
  VifConverter,
  VifPlugin,
} from './plugin/contract.js';
export type {
  Declaration,
  Requirement,
  RequirementKind,
  StaticComponent,
  StaticDeclaration,
} from './plugin/declaration.js';
export {
  FACTS,
  inject,
  injectable,
  LOGGER,
  legacyDriver,
  vifConverter,
  vifPlugin,
} from './plugin/decorators.js';
export { optionsFromEnvironment, optionVariable } from './plugin/environment.js';
export type { OptionsByName, OptionsSource } from './plugin/options.js';
export type { Component, OptionsOf, PluginOnDemand, PluginPackage } from './plugin/package.js';
export { PluginRegistry, type RegistryParts } from './plugin/registry.js';
export type { ContractAdapter } from './plugin/served-contract.js';
