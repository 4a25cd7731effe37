import { tracingChannel } from 'node:diagnostics_channel';
import type { Logger, VifError } from '@vifkit/core';
import { PlugError, UnplugError } from '../run/errors.js';
import { slowestOf, type Timeline } from '../run/timeline.js';
import type { GcResult } from './gc.js';
import type { Operation } from './prepare.js';
import type { ChangeResult, Settled } from './results.js';

/**
 * Logs one line per request: VIF, path, plugin, steps, how many of them wrote, or its error; and the milliseconds of
 * the call so far, with the slowest span.
 */
export function logOutcome(
  logger: Logger,
  operation: Operation,
  result: Settled<ChangeResult>,
  milliseconds: number,
): void {
  if ('error' in result) {
    const { code, message, vifId } = result.error;
    const slowest = slowestOf(timelineOf(result.error));
    const fields = { request: result.id, vif: vifId, code, milliseconds, ...(slowest && { slowest }) };
    logger.error(fields, `${operation} failed: ${message}`);
    return;
  }
  const { id, vifId, path, plugin, stepCount, changes, timeline } = result.value;
  const fields = {
    request: id,
    vif: vifId,
    path,
    plugin,
    steps: stepCount,
    changes: changes.length,
    milliseconds,
    slowest: slowestOf(timeline),
  };
  logger.info(fields, operation);
}

function timelineOf(error: VifError): Timeline {
  return error instanceof PlugError || error instanceof UnplugError ? error.timeline : [];
}

/** Logs one line per VIF of which something was left. */
export function logGc(logger: Logger, result: Settled<GcResult>, dryRun: boolean): void {
  if ('error' in result) {
    const { code, message, vifId } = result.error;
    logger.error({ vif: vifId, code }, `gc failed: ${message}`);
    return;
  }
  const { id, changes } = result.value;
  logger.info({ vif: id, changes: changes.length, dryRun }, 'gc');
}

/** What is published about a call. All events of a call share this object. */
export interface CallTrace {
  readonly operation: 'config' | 'plan' | 'plug' | 'waitReady' | 'check' | 'unplug';
  /** The results of its requests, once there are any: each has its own timeline. */
  readonly result?: unknown;
  /** Why the call as a whole was refused. */
  readonly error?: unknown;
}

/**
 * Publishes a call of a driver on `node:diagnostics_channel`, for tracers such as OpenTelemetry's: the channels
 * `tracing:vifkit:call:start`, `end`, `asyncStart`, `asyncEnd` and `error`. It costs nothing without subscribers.
 */
export function traced<T>(operation: CallTrace['operation'], call: () => Promise<T>): Promise<T> {
  const context: CallTrace = { operation };
  return channel.tracePromise(call, context);
}

const channel = tracingChannel<string, CallTrace>('vifkit:call');
