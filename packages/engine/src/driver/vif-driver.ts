import { describeHost, type Logger, type PluginRegistry } from '@vifkit/core';
import { objectOf, type RoutedRequest, readRequest, stepKindOf } from '@vifkit/core/internal';
import type { GuestConfigurator, RequestOf, Routing } from '@vifkit/core/nova';
import type { HostInfo, VIFBase } from '@vifkit/core/os-vif';
import type { StepRunner } from '@vifkit/core/step-kinds';
import type { HostChange } from '../inventory/changes.js';
import type { PluggedVifs } from '../inventory/plugged-vifs.js';
import { Engine } from '../run/engine.js';
import type { Host } from '../run/host.js';
import { changeOf } from '../run/job.js';
import type { RunningTask } from '../run/runner-queue.js';
import { withDeadline } from '../time/deadline.js';
import {
  type BatchOptions,
  type CallOptions,
  type CallTimes,
  callOptionRules,
  type PlugOptions,
  readBatchOptions,
  readCallOptions,
  readPlugOptions,
  readUnplugOptions,
  readWatchOptions,
  resultNotifier,
  type UnplugOptions,
  type WatchOptions,
} from './call-options.js';
import type { GcOptions, GcResult } from './gc.js';
import { logGc, logOutcome, traced } from './log.js';
import {
  type Changed,
  type Changing,
  type ChangingParts,
  loadedWithRequests,
  plugCode,
  plugging,
} from './plugging.js';
import { disposePlugins } from './plugin-packages.js';
import { loadCode, type Operation, type Prepared, prepareJob, previousPlugCode } from './prepare.js';
import { inBatches, type Requests } from './requests.js';
import type { ChangeResult, CheckResult, ConfigResult, PlanResult, ReadyResult, Settled } from './results.js';
import { type Call, onlyResult, runRequests, settle } from './run-requests.js';
import { type Connected, judgedAlongside } from './with-connection.js';

/** The parts of a {@link VifDriver}. */
export interface VifDriverParts {
  readonly host: Host;
  /** The host's runners, and those of vendors' packages. */
  readonly runners: readonly StepRunner[];
  readonly guests: GuestConfigurator;
  readonly registry: PluginRegistry;
  readonly logger: Logger;
  readonly routing: Routing;
}

/** The code of operations that not every program needs: one that makes a single call loads only what that takes. */
export const code = {
  ...plugCode,
  byId: () => import('./by-id.js'),
  gc: () => import('./gc.js'),
  list: () => import('../inventory/plugged-vifs.js'),
  previousPlug: previousPlugCode,
  device: () => import('./prepare-device.js'),
  unplugging: () => import('./unplugging.js'),
  watch: () => import('../inventory/watch.js'),
} as const;

/**
 * Plugs and unplugs VIFs, and describes them to a hypervisor. A request is what `parseRequest` takes: plain JSON with
 * the keys `vif`, `instance`, ..., where `vif` may also be an os-vif object.
 *
 * The methods whose names end in `All` take many requests. They reject only if the options or the list of requests are
 * invalid (INVALID_OPTIONS, INVALID_REQUEST), before anything is done. Each request has its own result, in the order of
 * the requests, which is also reported as soon as it is final ({@link BatchOptions.onResult}). The other methods take
 * one request, and throw its error.
 *
 * Many requests are a list, whose requests run concurrently, or a source that yields them: an iterable, an async
 * iterable, a stream of objects. A source is read as fast as its requests are handled. One that throws, or has not
 * ended at the deadline, has one more result after those of the requests that were read: a failure without an id.
 */
export class VifDriver {
  readonly #parts: VifDriverParts;
  readonly #engine: Engine;
  readonly #closed = new AbortController();

  /** Use `createVifDriver`. */
  constructor(parts: VifDriverParts) {
    this.#parts = parts;
    this.#engine = new Engine(parts.host, parts.runners, parts.logger);
  }

  /**
   * The os-vif object that the request's VIF is, or is converted to; undefined if the legacy path handles it. The host
   * is not read, and the plugin that the object names need not be installed.
   * @throws VifError for a request that cannot be read or a VIF type that nothing handles, or what a converter throws
   */
  convert<R>(request: R & RequestOf<R>): VIFBase | undefined {
    return objectOf(this.#read(request), this.#parts.registry);
  }

  /**
   * The VIFs that the plugins support, in the form of os-vif's `host_info`.
   * @param permittedVifTypes names of VIF classes: only these are listed, and only plugins that support one of them. A
   *   name that no plugin announces is passed over, as by os-vif
   * @throws VifError INVALID_OPTIONS if that is not a list; PLUGIN_FAILED, or what a plugin throws, if a plugin cannot
   *   be described
   */
  hostInfo(permittedVifTypes?: readonly string[]): HostInfo {
    const { info, errors } = describeHost(this.#parts.registry, permittedVifTypes);
    if (errors[0]) throw errors[0];
    return info;
  }

  /** The guest's device, with its XML. Nothing on the host is changed. */
  async config<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<ConfigResult> {
    return onlyResult(await this.configAll<unknown>([request], options));
  }

  /** What a plug would do: each step, and how the host differs from it. */
  async plan<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<PlanResult> {
    return onlyResult(await this.planAll<unknown>([request], options));
  }

  /**
   * Plugs a VIF, all or nothing.
   * @throws VifError PLUG_FAILED (a PlugError), or why no plan could be made
   */
  async plug<R>(request: R & RequestOf<R>, options?: PlugOptions<ChangeResult>): Promise<ChangeResult> {
    return onlyResult(await this.plugAll<unknown>([request], options));
  }

  /**
   * Resolves once the VIF's port carries traffic, no matter what makes the port: ovs-vswitchd has opened it and, on a
   * host that OVN manages, ovn-controller has installed its flows. Changes nothing, and holds no lock.
   * @throws VifError OVS_NOT_WIRED, OVS_PORT_FAILED, OVN_NOT_INSTALLED at the call's deadline, with what is missing and
   *   the possible reason
   */
  async waitReady<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<ReadyResult> {
    return onlyResult(await this.waitReadyAll<unknown>([request], options));
  }

  /** How the host differs from what a plug of the VIF would make of it. */
  async check<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<CheckResult> {
    return onlyResult(await this.checkAll<unknown>([request], options));
  }

  /**
   * Unplugs a VIF. It is not an error if the VIF, or a part of it, is already gone.
   * @throws VifError VIF_IN_USE if a guest has its end open, unless forced; UNPLUG_FAILED (an UnplugError) with all
   *   failures, after everything else has been done
   */
  async unplug<R>(request: R & RequestOf<R>, options?: UnplugOptions): Promise<ChangeResult> {
    return onlyResult(await this.unplugAll<unknown>([request], options));
  }

  /** {@link config} for many requests. */
  async configAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<ConfigResult>,
  ): Promise<Settled<ConfigResult>[]> {
    const given = readBatchOptions(options);
    const { registry, host, guests, logger } = this.#parts;
    const configure = (request: unknown, signal: AbortSignal) =>
      settle(request, signal, async () => {
        const { prepareDevice } = await loadCode(host, code.device);
        return prepareDevice(this.#read(request), registry, host.facts, guests, signal);
      });
    return traced('config', () =>
      inBatches<ConfigResult>(requests, given, resultNotifier(given, logger), (batch, times, done) =>
        withDeadline(times.timeout, times.signal, (signal) =>
          Promise.all(
            batch.map(async (request, index) => {
              const result = await configure(request, signal);
              done(result, index);
              return result;
            }),
          ),
        ),
      ),
    );
  }

  /** {@link plan} for many requests. */
  async planAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<PlanResult>,
  ): Promise<Settled<PlanResult>[]> {
    const given = readBatchOptions(options);
    const handling: Call<readonly RunningTask[], PlanResult> = {
      prepare: (json, signal) => this.#prepare(this.#read(json), 'plug', signal),
      run: (jobs, running) => this.#engine.inspect(jobs, { ...running, operation: 'plug' }),
      present: ({ handled }, tasks, timeline) => ({
        ...handled,
        steps: tasks.map(({ step, inspection: { differences, isAwaited, note, blocked } }) => ({
          step,
          writes: differences.length > 0,
          differences,
          ...(isAwaited && { isAwaited }),
          ...(note !== undefined && { note }),
          ...(blocked && { blocked }),
        })),
        timeline,
      }),
      done: resultNotifier(given, this.#parts.logger),
    };
    return traced('plan', () => runRequests(requests, given, handling));
  }

  /** {@link check} for many requests. */
  async checkAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<CheckResult>,
  ): Promise<Settled<CheckResult>[]> {
    const given = readBatchOptions(options);
    const { host, logger } = this.#parts;
    const handling: Call<Connected<readonly RunningTask[]>, CheckResult> = {
      prepare: (json, signal) => this.#prepare(this.#read(json), 'plug', signal),
      run: judgedAlongside<readonly RunningTask[]>(
        (jobs, running) => this.#engine.inspect(jobs, { ...running, operation: 'check' }),
        host.connection,
      ),
      present: ({ handled }, { result: tasks, connection }, timeline) => ({
        ...handled,
        differences: tasks
          .filter(
            ({ step, inspection }) => inspection.differences.length > 0 && !stepKindOf(step).leavesNoTrace,
          )
          .map(changeOf),
        ...(connection && { connection }),
        timeline,
      }),
      done: resultNotifier(given, logger),
    };
    return traced('check', () => runRequests(requests, given, handling));
  }

  /** {@link plug} for many requests: those that fail are undone, and the others are plugged. */
  async plugAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: PlugOptions<ChangeResult>,
  ): Promise<Settled<ChangeResult>[]> {
    const given = readPlugOptions(options);
    return this.#changeAll('plug', requests, given, plugging(this.#changing, given));
  }

  /** {@link waitReady} for many requests. */
  async waitReadyAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<ReadyResult>,
  ): Promise<Settled<ReadyResult>[]> {
    const given = readBatchOptions(options);
    const { requireReadiness, waitingForPorts } = await loadCode(this.#parts.host, code.ready);
    const prepare = async (json: unknown, signal: AbortSignal) => {
      const request = this.#read(json);
      return { prepared: await this.#prepare(request, 'plug', signal), vif: request.vif };
    };
    const done = resultNotifier(given, this.#parts.logger);
    return traced('waitReady', async () => {
      const readiness = requireReadiness(this.#parts.host.readiness);
      return runRequests(requests, given, { ...waitingForPorts(readiness, prepare), done });
    });
  }

  /** {@link unplug} for many requests. */
  async unplugAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: UnplugOptions,
  ): Promise<Settled<ChangeResult>[]> {
    const given = readUnplugOptions(options);
    const load = async () =>
      (await loadCode(this.#parts.host, code.unplugging)).unplugging(this.#changing, given);
    return this.#changeAll('unplug', requests, given, loadedWithRequests(load));
  }

  /**
   * Removes what carries our mark and belongs to a VIF that is not kept, as an unplug does: what is left of VIFs whose
   * callers have died, and never anything else. VIFs of which only the record is left are forgotten. What several VIFs share is removed only if no VIF is kept and nothing
   * uses it. Vendors' tools are not run: they need VIFs, of which only the ids are left.
   *
   * The list of VIFs to keep must be up to date: a VIF that was plugged after the list was made is not on it.
   *
   * @returns a result for each VIF of which something was found, with its id; and results with the id null for what
   *   VIFs shared and for what could not be searched for
   * @throws VifError INVALID_REQUEST for a list that is empty, or contains anything but ids of VIFs; INVALID_OPTIONS
   */
  async gc(options: GcOptions): Promise<Settled<GcResult>[]> {
    const { collectGarbage, readGcOptions } = await loadCode(this.#parts.host, code.gc);
    const given = readGcOptions(options);
    const results = await withDeadline(given.timeout, given.signal, (signal) =>
      collectGarbage(this.#changing, given, signal),
    );
    for (const result of results) logGc(this.#parts.logger, result, given.dryRun ?? false);
    return results;
  }

  /**
   * The plugged VIFs: those whose mark something carries, and those plugged and not unplugged since the host started.
   * @throws VifError INVALID_OPTIONS
   */
  async list(options?: CallOptions): Promise<PluggedVifs> {
    const { timeout, signal } = readCallOptions(options, 'list', callOptionRules);
    const { listPlugged } = await loadCode(this.#parts.host, code.list);
    return withDeadline(timeout, signal, (soon) => listPlugged(this.#parts.host, soon));
  }

  /**
   * Unplugs VIFs of which only the ids are known: by the recorded request, if there is one, and otherwise by what
   * carries their marks. A VIF of which nothing exists is not an error: its result has no changes.
   * @throws VifError INVALID_OPTIONS; INVALID_REQUEST for an id that is not a UUID
   */
  async unplugById(vifIds: Iterable<string>, options?: UnplugOptions): Promise<Settled<ChangeResult>[]> {
    const parts = { records: this.#parts.host.records, logger: this.#parts.logger };
    const { unplugById } = await loadCode(this.#parts.host, code.byId);
    return unplugById(vifIds, options, parts, (requests, given) => this.unplugAll(requests, given));
  }

  /**
   * Reports each change on this host that concerns a plugged VIF, whoever makes it: to its links, ports, bridges,
   * filters and virtual functions, to the bridges that it is in, and to their uplinks. Nothing is polled but what could
   * not be read. Several changes to a thing within a moment are one. It ends with its signal, with the loop that reads
   * it, or with the driver.
   * @throws VifError INVALID_OPTIONS; COMMAND_NOT_FOUND, NO_RUNNER or another code, if nothing reports changes
   */
  async *watch(options: WatchOptions): AsyncIterable<HostChange> {
    const { signal } = readWatchOptions(options);
    const { watchHost } = await loadCode(this.#parts.host, code.watch);
    yield* watchHost(this.#parts.host, [signal, this.#closed.signal]);
  }

  /**
   * Ends the watches. Disposes of what the plugins have made and of the runners of their packages, and then closes the host's connections
   * and ends its processes. A plugin that fails to be disposed of, or takes longer than 5 s, is logged, and does not
   * prevent the host from closing.
   */
  async close(): Promise<void> {
    this.#closed.abort();
    const { host, runners, registry, logger } = this.#parts;
    await disposePlugins(registry, runners, logger);
    await host.close();
  }

  /** Same as {@link close}: `await using driver = createVifDriver(...)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #read(request: unknown): RoutedRequest {
    return readRequest(request, this.#parts.routing);
  }

  async #changeAll(
    operation: Operation,
    requests: Requests<unknown>,
    given: CallTimes<BatchOptions<ChangeResult>>,
    { prepare, run }: Changing,
  ): Promise<Settled<ChangeResult>[]> {
    const { logger } = this.#parts;
    const began = performance.now();
    const report = resultNotifier(given, logger);
    const handling: Call<Changed, ChangeResult> = {
      prepare,
      run,
      inTurns: true,
      present: ({ handled, job }, { result: changes, connection }, timeline, left) => ({
        ...handled,
        changes,
        ...(left && { left }),
        ...(connection && { connection }),
        stepCount: job.plan.length,
        timeline,
      }),
      done: (result, index) => {
        logOutcome(logger, operation, result, Math.round(performance.now() - began));
        report(result, index);
      },
    };
    return traced(operation, () => runRequests(requests, given, handling));
  }

  get #changing(): ChangingParts {
    return {
      engine: this.#engine,
      host: this.#parts.host,
      read: (json) => this.#read(json),
      prepare: (request, operation, signal) => this.#prepare(request, operation, signal),
    };
  }

  #prepare(request: RoutedRequest, operation: Operation, signal: AbortSignal): Promise<Prepared> {
    return prepareJob(request, operation, this.#parts, (given) => this.#read(given), signal);
  }
}
