import type {
  GuestConfigurator,
  HostInfo,
  Logger,
  PluginRegistry,
  Routing,
  VIFBase,
  VifError,
} from '@vifkit/core';
import { asVifError, describeHost } from '@vifkit/core';
import { stepKindOf } from '@vifkit/core/internal';
import { findInUse } from '../connection/in-use.js';
import type { Connection } from '../connection/verdict.js';
import { Engine, type RunOptions } from '../run/engine.js';
import type { Host } from '../run/host.js';
import { type Change, type Job, type JobResult, type Progress, writingOf } from '../run/job.js';
import type { AwaitedPort } from '../run/port-readiness.js';
import { startSpan, type Timeline } from '../run/timeline.js';
import { withDeadline, withinDeadline } from '../time/deadline.js';
import {
  type BatchOptions,
  type PlugOptions,
  readBatchOptions,
  readPlugOptions,
  readRequestList,
  teller,
} from './batch-options.js';
import type { CallOptions, CallTimes } from './call-options.js';
import { collectGarbage, type GcOptions, type GcResult, readGcOptions } from './gc.js';
import { logGc, logOutcome, logSteps } from './log.js';
import { type Operation, type Prepared, prepareDevice, preparePlan } from './prepare.js';
import { awaitedPort, readyStep, requireReadiness, untilReady } from './ready.js';
import type { ChangeResult, CheckResult, ConfigResult, PlanResult, ReadyResult, Settled } from './results.js';
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

/** Milliseconds that plugins are given to end. */
const longestDispose = 5_000;

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
  async plug(request: unknown, options?: PlugOptions<ChangeResult>): Promise<ChangeResult> {
    return only(await this.plugAll([request], options));
  }

  /**
   * Resolves once the VIF's port carries traffic, whoever makes it: ovs-vswitchd has opened it and, where OVN runs the host,
   * ovn-controller has installed its flows. Nothing is changed, and no lock is held.
   * @throws VifError OVS_NOT_WIRED, OVS_PORT_FAILED, OVN_NOT_INSTALLED when the call's time is over, with what is missing
   *   and why it may be
   */
  async waitReady(request: unknown, options?: CallOptions): Promise<ReadyResult> {
    return only(await this.waitReadyAll([request], options));
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
  async checkAll(
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
          .filter(
            ({ step, inspection }) => inspection.differences.length > 0 && !stepKindOf(step).leavesNoTrace,
          )
          .map(writingOf),
        connection,
        timeline,
      }),
      done: teller(given, logger),
    });
  }

  /** {@link plug} for many: those that fail are undone, and the others are plugged. */
  async plugAll(
    requests: readonly unknown[],
    options?: PlugOptions<ChangeResult>,
  ): Promise<Settled<ChangeResult>[]> {
    const given = readPlugOptions(options);
    return this.#changeAll('plug', requests, given, this.#plugging(given));
  }

  /** {@link waitReady} for many. */
  async waitReadyAll(
    requests: readonly unknown[],
    options?: BatchOptions<ReadyResult>,
  ): Promise<Settled<ReadyResult>[]> {
    const given = readBatchOptions(options);
    const readiness = requireReadiness(this.#parts.host.readiness);
    const ports = new Map<string, AwaitedPort | undefined>();
    return runRequests<undefined, ReadyResult>(requests, given, {
      prepare: async (json, signal) => {
        const request = this.#read(json);
        const { registry, host } = this.#parts;
        const prepared = await preparePlan(request, 'plug', registry, host.facts, signal);
        ports.set(prepared.job.vifId, awaitedPort(request.vif, prepared.job.plan));
        return prepared;
      },
      run: (jobs, { signal, tell }) =>
        Promise.all(
          jobs.map(async (job) => {
            const port = ports.get(job.vifId);
            const endWait = startSpan({ phase: 'wait', what: 'ready' });
            const result = await settled(job, port && untilReady(port, readiness, undefined, signal));
            endWait([job.trace]);
            tell?.(job, result);
          }),
        ),
      present: ({ handled, job }, _, timeline) => {
        const port = ports.get(job.vifId);
        return { ...handled, ...(port && { port }), timeline };
      },
      done: teller(given, this.#parts.logger),
    });
  }

  /** {@link unplug} for many. */
  async unplugAll(requests: readonly unknown[], options?: UnplugOptions): Promise<Settled<ChangeResult>[]> {
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

  /**
   * Ends what the plugins have made, by their own `dispose`, and then the host's connections and processes. A plugin that
   * fails to end, or has not ended after 5 s, is logged, and does not keep the host.
   */
  async close(): Promise<void> {
    const { host, registry, logger } = this.#parts;
    const ended = await withDeadline(longestDispose, undefined, (signal) =>
      withinDeadline(registry.dispose(), signal, 'plugins ended').catch((error: VifError) => [error]),
    );
    for (const error of ended) logger.warn({ err: error, code: error.code }, 'A plugin did not end well');
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

  #plugging({ wait }: PlugOptions<ChangeResult>): Changing {
    return {
      prepare: async (json, signal) => {
        if (!wait) return this.#prepare(json, 'plug', signal);
        const { registry, host } = this.#parts;
        const readiness = requireReadiness(host.readiness);
        const request = this.#read(json);
        const { handled, job } = await preparePlan(request, 'plug', registry, host.facts, signal);
        const port = awaitedPort(request.vif, job.plan);
        const steps = port ? [readyStep(port, readiness, wait === true ? undefined : wait)] : [];
        return { handled, job: { ...job, plan: [...job.plan, ...steps] } };
      },
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

async function settled({ vifId }: Job, waiting: Promise<void> | undefined): Promise<JobResult<undefined>> {
  try {
    await waiting;
    return { value: undefined };
  } catch (error) {
    return { error: asVifError(error, 'OVSDB_ERROR', 'The port could not be waited for', vifId) };
  }
}
