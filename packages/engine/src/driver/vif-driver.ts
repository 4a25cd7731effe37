import type { GuestConfigurator, HostInfo, Logger, PluginRegistry, Routing, VIFBase } from '@vifkit/core';
import { asVifError, describeHost } from '@vifkit/core';
import { findInUse } from '../connection/in-use.js';
import type { Connection } from '../connection/verdict.js';
import { Engine, type RunOptions } from '../run/engine.js';
import type { Host } from '../run/host.js';
import { type Change, type Job, type Progress, writingOf } from '../run/job.js';
import type { Timeline } from '../run/timeline.js';
import { withDeadline } from '../time/deadline.js';
import { type BatchOptions, readBatchOptions, readRequestList, teller } from './batch-options.js';
import type { CallOptions, CallTimes } from './call-options.js';
import { collectGarbage, type GcOptions, type GcResult, readGcOptions } from './gc.js';
import { logGc, logOutcome, logSteps } from './log.js';
import { type Operation, type Prepared, prepareDevice, preparePlan } from './prepare.js';
import type { ChangeResult, CheckResult, ConfigResult, PlanResult, Settled } from './results.js';
import { objectOf } from './route.js';
import { type RoutedRequest, readRequest } from './routed-request.js';
import { runRequests } from './run-requests.js';
import { only, settle } from './settle.js';
import { UnplugByMark } from './unplug-by-mark.js';
import { readUnplugOptions, type UnplugOptions } from './unplug-options.js';
import { type Connected, judgedAfter, judgedBeside } from './with-connection.js';

/** What a call wrote for a job, and what came of it. */
interface Changed {
  readonly result: readonly Change[];
  readonly connection?: Connection;
}

/** How jobs come about, and are carried out. */
interface Changing {
  prepare(request: unknown, signal: AbortSignal): Promise<Prepared>;
  run(jobs: readonly Job[], options: RunOptions<Changed>): Promise<unknown>;
}

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
 * The methods whose names end in `All` take many requests, and reject only for options or a list of requests that are
 * none (INVALID_OPTIONS, INVALID_REQUEST), before anything is done: each request has a result of its own, in the order of the requests, and is told of as soon as it is final ({@link BatchOptions.onResult}). The
 * others take one, and throw its error.
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
   * @throws VifError INVALID_OPTIONS for a list that is none; PLUGIN_FAILED, or what a plugin throws, when one cannot tell
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
   * @throws VifError VIF_IN_USE where a guest has its end open, with whom, unless it is forced; UNPLUG_FAILED (an UnplugError) with all that failed; the rest has been done
   */
  async unplug(request: unknown, options?: UnplugOptions): Promise<ChangeResult> {
    return only(await this.unplugAll([request], options));
  }

  /** {@link config} for many. */
  async configAll(
    requests: readonly unknown[],
    options?: BatchOptions<ConfigResult>,
  ): Promise<Settled<ConfigResult>[]> {
    const given = readBatchOptions(options);
    const list = readRequestList(requests);
    const { registry, host, guests, logger } = this.#parts;
    const tell = teller(given, logger);
    const configure = async (request: unknown, index: number, signal: AbortSignal) => {
      const result = await settle(request, signal, () =>
        prepareDevice(this.#read(request), registry, host.facts, guests, signal),
      );
      tell(result, index);
      return result;
    };
    return withDeadline(given.timeout, given.signal, (signal) =>
      Promise.all(list.map((request, index) => configure(request, index, signal))),
    );
  }

  /** {@link plan} for many. */
  planAll(requests: readonly unknown[], options?: BatchOptions<PlanResult>): Promise<Settled<PlanResult>[]> {
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
  checkAll(
    requests: readonly unknown[],
    options?: BatchOptions<CheckResult>,
  ): Promise<Settled<CheckResult>[]> {
    const given = readBatchOptions(options);
    const { host, logger } = this.#parts;
    return runRequests<Connected<readonly Progress[]>, CheckResult>(requests, given, {
      prepare: (request, signal) => this.#prepare(request, 'plug', signal),
      run: judgedBeside((jobs, running) => this.#inspect(jobs, running, 'check'), host.connection),
      present: ({ handled }, { result: tasks, connection }, timeline) => ({
        ...handled,
        differences: tasks
          .filter(({ step, inspection }) => inspection.differences.length > 0 && step.kind !== 'command')
          .map(writingOf),
        connection,
        timeline,
      }),
      done: teller(given, logger),
    });
  }

  /** {@link plug} for many: those that fail are undone, and the others are plugged. */
  plugAll(
    requests: readonly unknown[],
    options?: BatchOptions<ChangeResult>,
  ): Promise<Settled<ChangeResult>[]> {
    return this.#changeAll('plug', requests, readBatchOptions(options), this.#plugging());
  }

  /** {@link unplug} for many. */
  unplugAll(requests: readonly unknown[], options?: UnplugOptions): Promise<Settled<ChangeResult>[]> {
    const given = readUnplugOptions(options);
    return this.#changeAll('unplug', requests, given, this.#unplugging(given.force));
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
    const given = readGcOptions(options);
    const results = await withDeadline(given.timeout, given.signal, (signal) =>
      collectGarbage(this.#engine, given, signal),
    );
    for (const result of results) logGc(this.#parts.logger, result, given.dryRun ?? false);
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
    given: CallTimes<BatchOptions<ChangeResult>>,
    { prepare, run }: Changing,
  ): Promise<Settled<ChangeResult>[]> {
    const { logger } = this.#parts;
    const began = performance.now();
    const tell = teller(given, logger);
    return runRequests<Changed, ChangeResult>(requests, given, {
      prepare,
      run,
      present: ({ handled, job }, { result: changes, connection }, timeline, left) => {
        logSteps(logger, job, changes);
        const told = { ...(left && { left }), ...(connection && { connection }) };
        return { ...handled, changes, ...told, stepCount: job.plan.length, timeline };
      },
      done: (result, index) => {
        logOutcome(logger, operation, result, Math.round(performance.now() - began));
        tell(result, index);
      },
    });
  }

  #plugging(): Changing {
    return {
      prepare: (request, signal) => this.#prepare(request, 'plug', signal),
      run: judgedAfter<Change[]>(
        (jobs, options) => this.#engine.plug(jobs, options),
        this.#parts.host.connection,
      ),
    };
  }

  /** An unplug does not depend on the request alone: what carries the VIF's mark goes. */
  #unplugging(force = false): Changing {
    const { registry, host } = this.#parts;
    const byMark = new UnplugByMark(this.#engine);
    return {
      prepare: async (json, signal) => {
        const request = this.#read(json);
        try {
          return await preparePlan(request, 'unplug', registry, host.facts, signal);
        } catch (error) {
          const failure = asVifError(error, 'PLUGIN_FAILED', 'No plan came about', request.vif.id);
          return byMark.prepare(request, failure, signal);
        }
      },
      run: async (jobs, { tell, ...options }) => {
        const inUse = force ? new Map() : await findInUse(jobs, host.connection, options.signal);
        for (const [job, error] of inUse) tell?.(job, { error });
        await byMark.unplug(
          jobs.filter((job) => !inUse.has(job)),
          {
            ...options,
            tell: (job, result) =>
              tell?.(job, 'error' in result ? result : { ...result, value: { result: result.value } }),
          },
        );
      },
    };
  }

  async #inspectAll<T>(
    operation: 'plug' | 'check',
    requests: readonly unknown[],
    options: BatchOptions<T> | undefined,
    present: (prepared: Prepared, tasks: readonly Progress[], timeline: Timeline) => T,
  ): Promise<Settled<T>[]> {
    const given = readBatchOptions(options);
    return runRequests<readonly Progress[], T>(requests, given, {
      prepare: (request, signal) => this.#prepare(request, 'plug', signal),
      run: (jobs, running) => this.#inspect(jobs, running, operation),
      present,
      done: teller(given, this.#parts.logger),
    });
  }

  #inspect(
    jobs: readonly Job[],
    options: RunOptions<readonly Progress[]>,
    operation: 'plug' | 'check',
  ): Promise<unknown> {
    return this.#engine.inspect(jobs, { ...options, operation });
  }

  #prepare(request: unknown, operation: Operation, signal: AbortSignal): Promise<Prepared> {
    const { registry, host } = this.#parts;
    return preparePlan(this.#read(request), operation, registry, host.facts, signal);
  }
}
