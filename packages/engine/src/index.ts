/**
 * Runs the plans of plugins on a host. {@link createVifDriver} makes the driver.
 *
 * @packageDocumentation
 */

import 'reflect-metadata';

export type { Difference, Owned, PlannedVif } from '@vifkit/core/step-kinds';
export type { ConnectionReader, HostState } from './connection/host-state.js';
export type { Connection, JudgedLeg } from './connection/verdict.js';
export type {
  BatchOptions,
  CallOptions,
  PlugOptions,
  UnplugOptions,
  WatchOptions,
} from './driver/call-options.js';
export { createVifDriver, type VifDriverOptions } from './driver/create-vif-driver.js';
export type { GcOptions, GcResult } from './driver/gc.js';
export type { CallTrace } from './driver/log.js';
export type { Requests } from './driver/requests.js';
export type {
  ChangeResult,
  CheckResult,
  ConfigResult,
  Failure,
  Handled,
  PlannedStep,
  PlanResult,
  ReadyResult,
  Settled,
} from './driver/results.js';
export type { VifDriver } from './driver/vif-driver.js';
export type { AttributeChange, HostChange } from './inventory/changes.js';
export type { PluggedVif, PluggedVifs } from './inventory/plugged-vifs.js';
export { PlugError, UnplugError } from './run/errors.js';
export type { Host, HostLocks } from './run/host.js';
export {
  type HostInventory,
  type Inventory,
  keyOf,
  type Thing,
  type ThingKey,
  type ThingKind,
  type VifRecord,
  type VifRecords,
} from './run/inventory.js';
export type { Change } from './run/job.js';
export type { Left } from './run/ownership.js';
export type { MigrationPhase, PhaseChange, PortMigration } from './run/port-migration.js';
export type { AwaitedPort, PortLook, PortReadiness } from './run/port-readiness.js';
export type { Span, Timeline } from './run/timeline.js';
