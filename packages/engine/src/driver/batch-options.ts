import type { Logger } from '@vifkit/core';
import { type OptionRules, optionRules, reasonOf } from '@vifkit/core/internal';
import { type CallOptions, type CallTimes, callOptionRules, readCallOptions } from './call-options.js';
import type { Settled } from './results.js';

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
}

/** @throws VifError INVALID_OPTIONS */
export function readBatchOptions<T>(options: BatchOptions<T> | undefined): CallTimes<BatchOptions<T>> {
  return readCallOptions(options, 'the call', batchOptionRules<T>());
}

export function batchOptionRules<T>(): OptionRules<BatchOptions<T>> {
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
  };
  return readCallOptions(options, 'the call', rules);
}

export function oneOf(...allowed: readonly string[]) {
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
