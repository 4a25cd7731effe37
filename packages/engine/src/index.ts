import 'reflect-metadata';

export type { Difference, Owned, PlannedVif } from '@vifkit/core/steps';
export type { ConnectionReader, HostState } from './connection/host-state.js';
export type { Connection, JudgedLeg } from './connection/verdict.js';
export type { BatchOptions, PlugOptions } from './driver/batch-options.js';
export type { CallOptions } from './driver/call-options.js';
export { createVifDriver, type VifDriverOptions } from './driver/create-vif-driver.js';
export type { GcOptions, GcResult } from './driver/gc.js';
export type {
  ChangeResult,
  CheckResult,
  ConfigResult,
  Handled,
  PlannedStep,
  PlanResult,
  ReadyResult,
  Settled,
} from './driver/results.js';
export type { UnplugOptions } from './driver/unplug-options.js';
export type { VifDriver } from './driver/vif-driver.js';
export { PlugError } from './errors/plug-error.js';
export { UnplugError } from './errors/unplug-error.js';
export type { Host, HostLocks } from './run/host.js';
export type { Change } from './run/job.js';
export type { Left } from './run/ownership.js';
export type { AwaitedPort, PortBindingState, PortReadiness } from './run/port-readiness.js';
export type { Span, Timeline } from './run/timeline.js';
