import type { Logger } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions, reasonOf } from '@vifkit/core/internal';
import type { ChangeResult, Settled } from './results.js';

/** How long a call may take, and how it is called off. */
export interface CallOptions {
  /** Aborting it ends the call with ABORTED; what a plug has done by then is undone. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call as a whole; 30 000 unless given. Plugins have half of it for their plans. */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds for undoing what a plug that failed has done; 10 000 unless given. They begin with the undoing, and
   * count even when the call's own time is over: the host should not stay half-plugged. So a call ends at the latest
   * after both times together, and a moment for what has to be stopped.
   */
  readonly undoTimeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_UNDO_TIMEOUT = 10_000;

/** A call's options with the defaults filled in. */
export type CallTimes<T> = T & { readonly timeout: number; readonly undoTimeout: number };

export const callOptionRules: OptionRules<CallOptions> = {
  signal: optionRules.signal,
  timeout: optionRules.milliseconds,
  undoTimeout: optionRules.milliseconds,
};

/**
 * @param rules those of all options that the call has
 * @throws VifError INVALID_OPTIONS for an option that is none, a time that is no positive number, a signal that is none
 */
export function readCallOptions<T extends CallOptions>(
  options: T | undefined,
  owner: string,
  rules: OptionRules<T>,
  required: readonly (keyof T & string)[] = [],
): CallTimes<T> {
  const given = readOptions(options, owner, rules, required);
  const { timeout = DEFAULT_TIMEOUT, undoTimeout = DEFAULT_UNDO_TIMEOUT } = given;
  return { ...given, timeout, undoTimeout };
}

/** How a call of many requests goes. */
export interface BatchOptions<T> extends CallOptions {
  /**
   * Called once for each request, with its place among the requests, as soon as its result is final: before the call as a
   * whole, and in no order. A request that hangs, or waits for a lock that somebody else holds, keeps no other from being
   * told of, with these exceptions: all wait for the plugins' plans, the second request for a VIF waits for the first of
   * all VIFs, and a plug that failed waits for those that are at work on what it has to undo.
   *
   * What it throws is logged, and changes nothing. It is not waited for.
   */
  readonly onResult?: ((result: Settled<T>, index: number) => void) | undefined;
}

/** How a plug goes. */
export interface PlugOptions<T> extends BatchOptions<T> {
  /**
   * Wait until the VIF's port carries traffic: ovs-vswitchd has opened it and, where OVN runs the host, ovn-controller has
   * installed its flows. One that is not ready in so many milliseconds (`true`: while the call lasts) fails its plug. A
   * port that the hypervisor makes when the guest starts is not waited for: {@link VifDriver.waitReady} does that.
   */
  readonly wait?: boolean | number | undefined;
  /** The part of a live migration that it is, on its destination: see {@link MigrationPhase}. */
  readonly phase?: 'prepare' | 'activate' | undefined;
  /**
   * What keeps the VIFs plugged, as in `vif apply`: it is recorded, and {@link VifDriver.list} tells it, so that a program which
   * brings a host to a list of VIFs unplugs its own alone. Each plug says it anew.
   */
  readonly managedBy?: string | undefined;
}

/** How an unplug goes. */
export interface UnplugOptions extends BatchOptions<ChangeResult> {
  /** Unplug what a guest still uses, too: it is cut off. Without it such a VIF is refused with VIF_IN_USE. */
  readonly force?: boolean | undefined;
  /** The part of a live migration that it is, on its source: see {@link MigrationPhase}. */
  readonly phase?: 'deactivate' | 'release' | undefined;
}

/** @throws VifError INVALID_OPTIONS */
export function readBatchOptions<T>(options: BatchOptions<T> | undefined): CallTimes<BatchOptions<T>> {
  return readCallOptions(options, 'the call', batchOptionRules<T>());
}

function batchOptionRules<T>(): OptionRules<BatchOptions<T>> {
  return { ...callOptionRules, onResult: optionRules.function };
}

/** @throws VifError INVALID_OPTIONS */
export function readPlugOptions<T>(options: PlugOptions<T> | undefined): CallTimes<PlugOptions<T>> {
  const rules: OptionRules<PlugOptions<T>> = {
    ...callOptionRules,
    onResult: optionRules.function,
    wait: {
      accepts: (value) => optionRules.flag.accepts(value) || optionRules.milliseconds.accepts(value),
      says: 'true, false or a number of milliseconds',
    },
    phase: oneOf('prepare', 'activate'),
    managedBy: optionRules.text,
  };
  return readCallOptions(options, 'the call', rules);
}

/** @throws VifError INVALID_OPTIONS */
export function readUnplugOptions(options: UnplugOptions | undefined): CallTimes<UnplugOptions> {
  const rules: OptionRules<UnplugOptions> = {
    ...batchOptionRules(),
    force: optionRules.flag,
    phase: oneOf('deactivate', 'release'),
  };
  return readCallOptions(options, 'the call', rules);
}

function oneOf(...allowed: readonly string[]) {
  return {
    accepts: (value: unknown) => typeof value === 'string' && allowed.includes(value),
    says: allowed.join(' or '),
  };
}

/** Tells whoever wants to know; never throws. */
export function teller<T>(
  { onResult }: BatchOptions<T>,
  logger: Logger,
): (result: Settled<T>, index: number) => void {
  if (!onResult) return () => {};
  const complain = (error: unknown) => logger.warn({}, `onResult failed: ${reasonOf(error)}`);
  return (result, index) => {
    try {
      // It may be an async function, though nobody waits for it: a rejection would end the process.
      Promise.resolve(onResult(result, index)).catch(complain);
    } catch (error) {
      complain(error);
    }
  };
}
