import type { Logger } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions, reasonOf } from '@vifkit/core/internal';
import { UNDO_TIMEOUT } from '../run/undo-stack.js';
import type { ChangeResult, Settled } from './results.js';

/** How long a call may take, and how it is aborted. */
export interface CallOptions {
  /** Aborting it ends the call with ABORTED; what a plug has done so far is undone. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call as a whole; 30 000 by default. Plugins have half of it to make their plans. */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds for undoing what a failed plug has done; 10 000 by default. This time starts when undoing starts, and
   * applies even after the call's own deadline: the host should not stay half-plugged. A call therefore takes at most
   * both times together, plus a moment to stop what is running.
   */
  readonly undoTimeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 30_000;

/** A call's options with the defaults filled in. */
export type CallTimes<T> = T & { readonly timeout: number; readonly undoTimeout: number };

export const callOptionRules: OptionRules<CallOptions> = {
  signal: optionRules.signal,
  timeout: optionRules.milliseconds,
  undoTimeout: optionRules.milliseconds,
};

/**
 * @param rules the rules of all options of the call
 * @throws VifError INVALID_OPTIONS for an unknown option, a time that is not a positive number, or a signal that is not
 *   an AbortSignal
 */
export function readCallOptions<T extends CallOptions>(
  options: T | undefined,
  owner: string,
  rules: OptionRules<T>,
  required: readonly (keyof T & string)[] = [],
): CallTimes<T> {
  const given = readOptions(options, owner, rules, required);
  const { timeout = DEFAULT_TIMEOUT, undoTimeout = UNDO_TIMEOUT } = given;
  return { ...given, timeout, undoTimeout };
}

/** Options of a call with many requests. */
export interface BatchOptions<T> extends CallOptions {
  /**
   * Called once for each request, with its index, as soon as its result is final: before the call as a whole ends, and
   * in no particular order. A request that hangs, or waits for a lock that somebody else holds, does not delay the
   * results of others, with these exceptions: all wait for the plugins' plans, the second request for a VIF waits for
   * the first requests of all VIFs, and a failed plug waits for those that are working on what it has to undo.
   *
   * What it throws is logged, and has no other effect. The call does not wait for it.
   */
  readonly onResult?: ((result: Settled<T>, index: number) => void) | undefined;
}

/** Options of a plug. */
export interface PlugOptions<T> extends BatchOptions<T> {
  /**
   * Wait until the VIF's port carries traffic: ovs-vswitchd has opened it and, on a host that OVN manages,
   * ovn-controller has installed its flows. The plug fails if the port is not ready within this many milliseconds
   * (`true`: within the call's deadline). A port that the hypervisor makes when the guest starts is not waited for: use
   * {@link VifDriver.waitReady}.
   */
  readonly wait?: boolean | number | undefined;
  /** The phase of a live migration, on its destination: see {@link MigrationPhase}. */
  readonly phase?: 'prepare' | 'activate' | undefined;
  /**
   * What keeps the VIFs plugged, as `vif apply` does. It is recorded, and {@link VifDriver.list} reports it, so that a
   * program that applies a list of VIFs to a host unplugs only its own. Each plug sets it again.
   */
  readonly managedBy?: string | undefined;
}

/** Options of an unplug. */
export interface UnplugOptions extends BatchOptions<ChangeResult> {
  /** Also unplug what a guest still uses, which cuts the guest off. Otherwise such a VIF is refused with VIF_IN_USE. */
  readonly force?: boolean | undefined;
  /** The phase of a live migration, on its source: see {@link MigrationPhase}. */
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

/** How long a watch lasts. */
export interface WatchOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** @throws VifError INVALID_OPTIONS */
export function readWatchOptions(options: WatchOptions): WatchOptions {
  return readOptions(options, 'watch', { signal: optionRules.signal }, ['signal']);
}

function oneOf(...allowed: readonly string[]) {
  return {
    accepts: (value: unknown) => typeof value === 'string' && allowed.includes(value),
    says: allowed.join(' or '),
  };
}

/** A function that passes results to `onResult`. It never throws. */
export function resultNotifier<T>(
  { onResult }: BatchOptions<T>,
  logger: Logger,
): (result: Settled<T>, index: number) => void {
  if (!onResult) return () => {};
  const complain = (error: unknown) => logger.warn({}, `onResult failed: ${reasonOf(error)}`);
  return (result, index) => {
    try {
      // It may be an async function, although it is not awaited: an unhandled rejection would end the process.
      Promise.resolve(onResult(result, index)).catch(complain);
    } catch (error) {
      complain(error);
    }
  };
}
