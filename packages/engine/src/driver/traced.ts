import { tracingChannel } from 'node:diagnostics_channel';

/** What is published of a call: where its events are subscribed to, they share this object. */
export interface CallTrace {
  readonly operation: 'config' | 'plan' | 'plug' | 'waitReady' | 'check' | 'unplug';
  /** The results of its requests, once there are any: each has a timeline of its own. */
  readonly result?: unknown;
  /** Why the call as a whole was refused. */
  readonly error?: unknown;
}

/**
 * Publishes a call of a driver on `node:diagnostics_channel`, for tracers such as OpenTelemetry's: the channels
 * `tracing:vifkit:call:start`, `end`, `asyncStart`, `asyncEnd` and `error`. It costs nothing while nobody listens.
 */
export function traced<T>(operation: CallTrace['operation'], call: () => Promise<T>): Promise<T> {
  const context: CallTrace = { operation };
  return channel.tracePromise(call, context);
}

const channel = tracingChannel<string, CallTrace>('vifkit:call');
