import { describeHost, type Logger, type PluginRegistry } from '@vifkit/core';
import { objectOf, type RoutedRequest, readRequest, stepKindOf } from '@vifkit/core/internal';
import type { GuestConfigurator, RequestOf, Routing } from '@vifkit/core/nova';
import type { HostInfo, VIFBase } from '@vifkit/core/os-vif';
import type { StepRunner } from '@vifkit/core/step-kinds';
import type { HostChange } from '../inventory/changes.js';
import type { PluggedVifs } from '../inventory/plugged-vifs.js';
import { Engine } from '../run/engine.js';
import type { Host } from '../run/host.js';
import { writingOf } from '../run/job.js';
import type { RunningTask } from '../run/runner-queue.js';
import type { Timeline } from '../run/timeline.js';
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
  teller,
  type UnplugOptions,
} from './call-options.js';
import type { GcOptions, GcResult } from './gc.js';
import { logGc, logOutcome, traced } from './log.js';
import { type Changed, type Changing, type ChangingParts, plugging } from './plugging.js';
import { endPlugins } from './plugin-packages.js';
import { formerOf, type Operation, type Prepared, prepareDevice, preparePlan, recordOf } from './prepare.js';
import { inBatches, type Requests } from './requests.js';
import type { ChangeResult, CheckResult, ConfigResult, PlanResult, ReadyResult, Settled } from './results.js';
import { type Call, only, runRequests, settle } from './run-requests.js';
import { type Connected, judgedBeside } from './with-connection.js';

/** What a {@link VifDriver} works with. */
export interface VifDriverParts {
  readonly host: Host;
  /** The host's, and those of vendors' packages. */
  readonly runners: readonly StepRunner[];
  readonly guests: GuestConfigurator;
  readonly registry: PluginRegistry;
  readonly logger: Logger;
  readonly routing: Routing;
}

/** How long a watch lasts. */
export interface WatchOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Plugs and unplugs VIFs, and describes them to a hypervisor. A request is what `parseRequest` takes: plain
 * JSON with the keys `vif`, `instance`, ..., whose `vif` may also be an os-vif object.
 *
 * The methods whose names end in `All` take many requests, and reject only for options or a list of requests that are
 * none (INVALID_OPTIONS, INVALID_REQUEST), before anything is done: each request has a result of its own, in the order of the
 * requests, and is told of as soon as it is final ({@link BatchOptions.onResult}). The others take one, and throw its error.
 *
 * Many requests are a list, whose requests are done all at once, or what yields them: an iterable, an async iterable, a
 * stream of objects. That is read as fast as its requests are done. One that throws, or has not ended when the call's time
 * is over, has one more result behind those of the requests that were read: a failure without an id.
 */
export class VifDriver {
  readonly #parts: VifDriverParts;
  readonly #engine: Engine;

  /** Use `createVifDriver`. */
  constructor(parts: VifDriverParts) {
    this.#parts = parts;
    this.#engine = new Engine(parts.host, parts.runners, parts.logger);
  }

  /**
   * The os-vif object that the request's VIF is, or is converted to; undefined if the legacy path serves it. The host
   * is not asked, and the plugin that the object names need not be there.
   * @throws VifError for a request that cannot be read, a VIF type that nothing handles, or what a converter throws
   */
  convert<R>(request: R & RequestOf<R>): VIFBase | undefined {
    return objectOf(this.#read(request), this.#parts.registry);
  }

  /**
   * Which VIFs the plugins take, as `host_info` of os-vif tells it.
   * @param permittedVifTypes names of VIF classes: only these are told of, and only plugins that take one of them
   * @throws VifError INVALID_OPTIONS for a list that is none; PLUGIN_FAILED, or what a plugin throws, when one cannot tell
   */
  hostInfo(permittedVifTypes?: readonly string[]): HostInfo {
    const { info, errors } = describeHost(this.#parts.registry, permittedVifTypes);
    if (errors[0]) throw errors[0];
    return info;
  }

  /** The guest's device, with its XML. Nothing on the host is changed. */
  async config<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<ConfigResult> {
    return only(await this.configAll<unknown>([request], options));
  }

  /** What a plug would do: each step, and in what the host differs from it. */
  async plan<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<PlanResult> {
    return only(await this.planAll<unknown>([request], options));
  }

  /**
   * Plugs a VIF, all or nothing.
   * @throws VifError PLUG_FAILED (a PlugError), or why no plan came about
   */
  async plug<R>(request: R & RequestOf<R>, options?: PlugOptions<ChangeResult>): Promise<ChangeResult> {
    return only(await this.plugAll<unknown>([request], options));
  }

  /**
   * Resolves once the VIF's port carries traffic, whoever makes it: ovs-vswitchd has opened it and, where OVN runs the host,
   * ovn-controller has installed its flows. Nothing is changed, and no lock is held.
   * @throws VifError OVS_NOT_WIRED, OVS_PORT_FAILED, OVN_NOT_INSTALLED when the call's time is over, with what is missing
   *   and why it may be
   */
  async waitReady<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<ReadyResult> {
    return only(await this.waitReadyAll<unknown>([request], options));
  }

  /** In what the host differs from the VIF's being plugged. */
  async check<R>(request: R & RequestOf<R>, options?: CallOptions): Promise<CheckResult> {
    return only(await this.checkAll<unknown>([request], options));
  }

  /**
   * Unplugs a VIF. What is gone already is no error.
   * @throws VifError VIF_IN_USE where a guest has its end open, unless it is forced; UNPLUG_FAILED (an UnplugError) with all that failed; the rest has been done
   */
  async unplug<R>(request: R & RequestOf<R>, options?: UnplugOptions): Promise<ChangeResult> {
    return only(await this.unplugAll<unknown>([request], options));
  }

  /** {@link config} for many. */
  async configAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<ConfigResult>,
  ): Promise<Settled<ConfigResult>[]> {
    const given = readBatchOptions(options);
    const { registry, host, guests, logger } = this.#parts;
    const configure = (request: unknown, signal: AbortSignal) =>
      settle(request, signal, () => prepareDevice(this.#read(request), registry, host.facts, guests, signal));
    return traced('config', () =>
      inBatches<ConfigResult>(requests, given, teller(given, logger), (batch, times, done) =>
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

  /** {@link plan} for many. */
  planAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<PlanResult>,
  ): Promise<Settled<PlanResult>[]> {
    return this.#inspectAll('plug', requests, options, ({ handled }, tasks, timeline) => ({
      ...handled,
      steps: tasks.map(({ step, inspection: { differences, note, blocked } }) => ({
        step,
        writes: differences.length > 0,
        differences,
        ...(note !== undefined && { note }),
        ...(blocked && { blocked }),
      })),
      timeline,
    }));
  }

  /** {@link check} for many. */
  async checkAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<CheckResult>,
  ): Promise<Settled<CheckResult>[]> {
    const given = readBatchOptions(options);
    const { host, logger } = this.#parts;
    const handling: Call<Connected<readonly RunningTask[]>, CheckResult> = {
      prepare: (json, signal) => this.#prepare(this.#read(json), 'plug', signal),
      run: judgedBeside<readonly RunningTask[]>(
        (jobs, running) => this.#engine.inspect(jobs, { ...running, operation: 'check' }),
        host.connection,
      ),
      present: ({ handled }, { result: tasks, connection }, timeline) => ({
        ...handled,
        differences: tasks
          .filter(
            ({ step, inspection }) => inspection.differences.length > 0 && !stepKindOf(step).leavesNoTrace,
          )
          .map(writingOf),
        connection,
        timeline,
      }),
      done: teller(given, logger),
    };
    return traced('check', () => runRequests(requests, given, handling));
  }

  /** {@link plug} for many: those that fail are undone, and the others are plugged. */
  async plugAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: PlugOptions<ChangeResult>,
  ): Promise<Settled<ChangeResult>[]> {
    const given = readPlugOptions(options);
    return this.#changeAll('plug', requests, given, plugging(this.#changing, given));
  }

  /** {@link waitReady} for many. */
  async waitReadyAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: BatchOptions<ReadyResult>,
  ): Promise<Settled<ReadyResult>[]> {
    const given = readBatchOptions(options);
    const { requireReadiness, waitingForPorts } = await import('./ready.js');
    const prepare = async (json: unknown, signal: AbortSignal) => {
      const request = this.#read(json);
      return { prepared: await this.#prepare(request, 'plug', signal), vif: request.vif };
    };
    const done = teller(given, this.#parts.logger);
    return traced('waitReady', async () => {
      const readiness = requireReadiness(this.#parts.host.readiness);
      return runRequests(requests, given, { ...waitingForPorts(readiness, prepare), done });
    });
  }

  /** {@link unplug} for many. */
  async unplugAll<R>(
    requests: Requests<R & RequestOf<R>>,
    options?: UnplugOptions,
  ): Promise<Settled<ChangeResult>[]> {
    const given = readUnplugOptions(options);
    const { unplugging } = await import('./unplugging.js');
    return this.#changeAll('unplug', requests, given, unplugging(this.#changing, given));
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
   * @throws VifError INVALID_REQUEST for a list with something else than ids of VIFs, and an empty one;
   *   INVALID_OPTIONS
   */
  async gc(options: GcOptions): Promise<Settled<GcResult>[]> {
    const { collectGarbage, readGcOptions } = await import('./gc.js');
    const given = readGcOptions(options);
    const results = await withDeadline(given.timeout, given.signal, (signal) =>
      collectGarbage(this.#engine, given, signal),
    );
    for (const result of results) logGc(this.#parts.logger, result, given.dryRun ?? false);
    return results;
  }

  /**
   * What is plugged: VIFs whose mark something carries, and those plugged and not unplugged since the host started.
   * @throws VifError INVALID_OPTIONS
   */
  async list(options?: CallOptions): Promise<PluggedVifs> {
    const { timeout, signal } = readCallOptions(options, 'list', callOptionRules);
    const { listPlugged } = await import('../inventory/plugged-vifs.js');
    return withDeadline(timeout, signal, (soon) => listPlugged(this.#parts.host, soon));
  }

  /**
   * Unplugs VIFs of which nothing is known but their ids: as they were plugged, where that is recorded, and else by what
   * carries their marks. A VIF of which there is nothing is no error: its result has no changes.
   * @throws VifError INVALID_OPTIONS; INVALID_REQUEST for an id that is none
   */
  async unplugById(
    vifIds: readonly string[],
    options?: BatchOptions<ChangeResult>,
  ): Promise<Settled<ChangeResult>[]> {
    const { host, logger } = this.#parts;
    const parts = { records: host.records, logger };
    const { unplugById } = await import('./by-id.js');
    return unplugById(vifIds, options, parts, (requests, given) => this.unplugAll(requests, given));
  }

  /**
   * Tells of each change on this host that concerns a plugged VIF, whoever makes it: to its links, ports, bridges, filters
   * and virtual functions, to the bridges that it is in, and to their uplinks. Nothing is polled; several changes of a
   * thing within a moment are one. It ends when the signal fires, or the loop that reads it is left.
   * @throws VifError COMMAND_NOT_FOUND, NO_RUNNER or another, where nothing tells of changes
   */
  async *watch({ signal }: WatchOptions): AsyncIterable<HostChange> {
    const { watchHost } = await import('../inventory/watch.js');
    yield* watchHost(this.#parts.host, signal);
  }

  /**
   * Ends what the plugins have made and the runners of their packages, by their own `dispose`, and then the host's
   * connections and processes. One that fails to end, or has not ended after 5 s, is logged, and does not keep the host.
   */
  async close(): Promise<void> {
    const { host, runners, registry, logger } = this.#parts;
    await endPlugins(registry, runners, logger);
    await host.close();
  }

  /** As {@link close}: `await using driver = createVifDriver(...)`. */
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
    const tell = teller(given, logger);
    const handling: Call<Changed, ChangeResult> = {
      prepare,
      run,
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
        tell(result, index);
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

  async #inspectAll<T>(
    operation: 'plug' | 'check',
    requests: Requests<unknown>,
    options: BatchOptions<T> | undefined,
    present: (prepared: Prepared, tasks: readonly RunningTask[], timeline: Timeline) => T,
  ): Promise<Settled<T>[]> {
    const given = readBatchOptions(options);
    const handling: Call<readonly RunningTask[], T> = {
      prepare: (json, signal) => this.#prepare(this.#read(json), 'plug', signal),
      run: (jobs, running) => this.#engine.inspect(jobs, { ...running, operation }),
      present,
      done: teller(given, this.#parts.logger),
    };
    return traced(operation === 'plug' ? 'plan' : operation, () => runRequests(requests, given, handling));
  }

  async #prepare(request: RoutedRequest, operation: Operation, signal: AbortSignal): Promise<Prepared> {
    const { registry, host } = this.#parts;
    const prepared = await preparePlan(request, operation, registry, host.facts, signal);
    const record = operation === 'plug' ? recordOf(request, prepared) : undefined;
    if (!record || !host.records) return prepared;
    const { job } = prepared;
    const former = await formerOf(record, host.records);
    if (!former) return { ...prepared, job: { ...job, record } };
    const { stepsOfFormerWay } = await import('./former-way.js');
    const leaving = await stepsOfFormerWay(job.plan, former, async (given) => {
      const unplug = await preparePlan(this.#read(given), 'unplug', registry, host.facts, signal);
      return unplug.job.plan;
    });
    return { ...prepared, job: { ...job, plan: [...job.plan, ...leaving], record } };
  }
}
