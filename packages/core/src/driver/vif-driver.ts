import { type CallOptions, startDeadline } from '../engine/deadline.js';
import { Engine, type JobResult } from '../engine/engine.js';
import { type Change, type Job, type Progress, writingOf } from '../engine/job.js';
import { VifError } from '../errors/vif-error.js';
import type { GuestConfigurator } from '../guest/guest-configurator.js';
import type { Host } from '../host/host.js';
import { describeHost } from '../host-info/describe-host.js';
import type { Logger } from '../logging/logger.js';
import type { HostInfo } from '../objects/host-info.js';
import type { VIFBase } from '../objects/vif-base.js';
import type { PluginRegistry } from '../plugin/registry.js';
import type { Routing } from '../request/routing.js';
import { collectGarbage, type GcOptions, type GcResult } from './gc.js';
import { logGc, logOutcome, logSteps } from './log.js';
import { type Operation, type Prepared, prepareDevice, preparePlan } from './prepare.js';
import type { ChangeResult, CheckResult, ConfigResult, PlanResult, Settled } from './results.js';
import { objectOf } from './route.js';
import { type RoutedRequest, readRequest } from './routed-request.js';
import { only, settle } from './settle.js';

/** Of a call's time, what plugins have for their plans: one that hangs must not take the others' time to plug. */
const PLANNING = 1 / 2;

/** What a {@link VifDriver} works with. */
export interface VifDriverParts {
  readonly host: Host;
  readonly guests: GuestConfigurator;
  readonly registry: PluginRegistry;
  readonly logger: Logger;
  readonly routing: Routing;
}

/**
 * Plugs and unplugs VIFs, and describes them to a hypervisor. A request is what `parseRequest` takes: plain
 * JSON with the keys `vif`, `instance`, ..., whose `vif` may also be an os-vif object.
 *
 * The methods whose names end in `All` take many requests, and never reject: each request has a result of
 * its own, in the order of the requests. The others take one, and throw its error.
 */
export class VifDriver {
  readonly #parts: VifDriverParts;
  readonly #engine: Engine;

  /** Use `createVifDriver`. */
  constructor(parts: VifDriverParts) {
    this.#parts = parts;
    this.#engine = new Engine(parts.host);
  }

  /**
   * The os-vif object that the request's VIF is, or is converted to; undefined if the legacy path serves it. The host
   * is not asked, and the plugin that the object names need not be there.
   * @throws VifError for a request that cannot be read, a VIF type that nothing handles, or what a converter throws
   */
  convert(request: unknown): VIFBase | undefined {
    return objectOf(this.#read(request), this.#parts.registry);
  }

  /**
   * Which VIFs the plugins take, as `host_info` of os-vif tells it.
   * @param permittedVifTypes names of VIF classes: only these are told of, and only plugins that take one of them
   * @throws VifError PLUGIN_FAILED, or what a plugin throws, when one cannot tell
   */
  hostInfo(permittedVifTypes?: readonly string[]): HostInfo {
    const { info, errors } = describeHost(this.#parts.registry, permittedVifTypes);
    if (errors[0]) throw errors[0];
    return info;
  }

  /** The guest's device, with its XML. Nothing on the host is changed. */
  async config(request: unknown, options?: CallOptions): Promise<ConfigResult> {
    return only(await this.configAll([request], options));
  }

  /** What a plug would do: each step, and in what the host differs from it. */
  async plan(request: unknown, options?: CallOptions): Promise<PlanResult> {
    return only(await this.planAll([request], options));
  }

  /**
   * Plugs a VIF, all or nothing.
   * @throws VifError PLUG_FAILED (a PlugError), or why no plan came about
   */
  async plug(request: unknown, options?: CallOptions): Promise<ChangeResult> {
    return only(await this.plugAll([request], options));
  }

  /** In what the host differs from the VIF's being plugged. */
  async check(request: unknown, options?: CallOptions): Promise<CheckResult> {
    return only(await this.checkAll([request], options));
  }

  /**
   * Unplugs a VIF. What is gone already is no error.
   * @throws VifError UNPLUG_FAILED (an UnplugError) with all that failed; the rest has been done
   */
  async unplug(request: unknown, options?: CallOptions): Promise<ChangeResult> {
    return only(await this.unplugAll([request], options));
  }

  async configAll(requests: readonly unknown[], options?: CallOptions): Promise<Settled<ConfigResult>[]> {
    const signal = startDeadline(options);
    const { registry, host, guests } = this.#parts;
    return Promise.all(
      requests.map((request) =>
        settle(request, signal, () =>
          prepareDevice(this.#read(request), registry, host.facts, guests, signal),
        ),
      ),
    );
  }

  planAll(requests: readonly unknown[], options?: CallOptions): Promise<Settled<PlanResult>[]> {
    return this.#inspectAll(requests, options, ({ handled }, tasks) => ({
      ...handled,
      steps: tasks.map(({ step, inspection: { differences, blocked } }) => ({
        step,
        writes: differences.length > 0,
        differences,
        ...(blocked && { blocked }),
      })),
    }));
  }

  checkAll(requests: readonly unknown[], options?: CallOptions): Promise<Settled<CheckResult>[]> {
    return this.#inspectAll(requests, options, ({ handled }, tasks) => ({
      ...handled,
      differences: tasks
        .filter(({ step, inspection }) => inspection.differences.length > 0 && step.kind !== 'command')
        .map(writingOf),
    }));
  }

  plugAll(requests: readonly unknown[], options?: CallOptions): Promise<Settled<ChangeResult>[]> {
    return this.#changeAll('plug', requests, options, (jobs, signal) => this.#engine.plug(jobs, signal));
  }

  unplugAll(requests: readonly unknown[], options?: CallOptions): Promise<Settled<ChangeResult>[]> {
    return this.#changeAll('unplug', requests, options, (jobs, signal) => this.#engine.unplug(jobs, signal));
  }

  /**
   * Removes what carries our mark and whose VIF is not kept, as an unplug does: what is left of VIFs whose callers have
   * died, and never anything else. What several VIFs share goes only if no VIF is kept and nothing uses it. Vendors'
   * tools are not run: they know VIFs, of which nothing is left but ids.
   *
   * The list of those kept must be no older than the host: a VIF that was plugged after it was drawn up is not on it.
   *
   * @returns a result for each VIF, by its id, of which something was found; with the id null what VIFs shared, and
   *   what could not be looked for
   * @throws VifError INVALID_REQUEST for a list with something else than ids of VIFs, and an empty one
   */
  async gc(options: GcOptions): Promise<Settled<GcResult>[]> {
    const results = await collectGarbage(this.#engine, options, startDeadline(options));
    for (const result of results) logGc(this.#parts.logger, result, options.dryRun ?? false);
    return results;
  }

  /** Ends the host's connections and processes. */
  close(): Promise<void> {
    return this.#parts.host.close();
  }

  #read(request: unknown): RoutedRequest {
    return readRequest(request, this.#parts.routing);
  }

  async #changeAll(
    operation: Operation,
    requests: readonly unknown[],
    options: CallOptions | undefined,
    run: (jobs: readonly Job[], signal: AbortSignal) => Promise<JobResult<Change[]>[]>,
  ): Promise<Settled<ChangeResult>[]> {
    const { logger } = this.#parts;
    const start = performance.now();
    const results = await this.#runPrepared(
      operation,
      requests,
      options,
      run,
      ({ handled, job }, changes) => {
        logSteps(logger, job, changes);
        return { ...handled, changes, stepCount: job.plan.length };
      },
    );
    const milliseconds = Math.round(performance.now() - start);
    for (const result of results) logOutcome(logger, operation, result, milliseconds);
    return results;
  }

  #inspectAll<T>(
    requests: readonly unknown[],
    options: CallOptions | undefined,
    present: (prepared: Prepared, tasks: readonly Progress[]) => T,
  ): Promise<Settled<T>[]> {
    const run = (jobs: readonly Job[], signal: AbortSignal) => this.#engine.inspect(jobs, signal);
    return this.#runPrepared('plug', requests, options, run, present);
  }

  /** Has a plan made for each request, and runs together those that came about. */
  async #runPrepared<R, T>(
    operation: Operation,
    requests: readonly unknown[],
    options: CallOptions | undefined,
    run: (jobs: readonly Job[], signal: AbortSignal) => Promise<JobResult<R>[]>,
    present: (prepared: Prepared, result: R) => T,
  ): Promise<Settled<T>[]> {
    const signal = startDeadline(options);
    const planning = startDeadline(options, PLANNING);
    const { registry, host } = this.#parts;
    const prepared = await Promise.all(
      requests.map((request) =>
        settle(request, planning, () =>
          preparePlan(this.#read(request), operation, registry, host.facts, planning),
        ),
      ),
    );
    const ready = prepared.flatMap((each) => ('value' in each ? [each.value] : []));
    const results = await run(
      ready.map(({ job }) => job),
      signal,
    );
    const byJob = new Map(ready.map((each, i) => [each, results[i]]));
    return prepared.map((each): Settled<T> => {
      if ('error' in each) return each;
      const result = byJob.get(each.value);
      const { id } = each.value.handled;
      if (result && 'value' in result) return { value: present(each.value, result.value) };
      return { id, error: result?.error ?? new VifError('PLUG_FAILED', `VIF ${id} was not reached`) };
    });
  }
}
