import { isSameVif, isVifError, type VifError } from '@vifkit/core';
import { type RoutedRequest, stepKindOf, validatePlan } from '@vifkit/core/internal';
import { NetworkVif } from '@vifkit/core/nova';
import type { Step } from '@vifkit/core/steps';
import type { Engine, RunOptions } from '../run/engine.js';
import { OutdatedPlan, UnplugError } from '../run/errors.js';
import type { Findings } from '../run/inspect.js';
import type { VifRecord, VifRecords } from '../run/inventory.js';
import type { Change, Job, JobResult } from '../run/job.js';
import { startSpan } from '../run/timeline.js';
import { withDeadline } from '../time/deadline.js';
import type { Prepared } from './prepare.js';

/** Milliseconds to search after a plan has run: a server that hangs must not delay the result. */
const SEARCH_TIMEOUT = 1_000;

const owner = 'unplug by mark';

/** What carries the mark of a VIF, and why some of it could not be searched for. */
interface Marked {
  readonly steps: readonly Step[];
  readonly failures: readonly VifError[];
}

/**
 * The unplugs of one call. They leave nothing that carries a VIF's mark, however the VIF's request has changed since it
 * was plugged: Neutron could no longer bind the port, its type changed, or a plugin is missing.
 */
export class UnplugByMark {
  readonly #engine: Engine;
  readonly #records: VifRecords | undefined;
  readonly #searchFailures = new Map<string, readonly VifError[]>();
  #all: Promise<Findings> | undefined;

  constructor(engine: Engine, records: VifRecords | undefined) {
    this.#engine = engine;
    this.#records = records;
  }

  /**
   * Makes a plan that removes what carries the VIF's mark, in place of a plan that could not be made.
   * @param failure why no plan could be made
   * @throws VifError that failure, if nothing carries the mark or the call has ended
   */
  async prepare({ id, vif }: RoutedRequest, failure: VifError, signal: AbortSignal): Promise<Prepared> {
    if (signal.aborted || failure.code === 'TIMEOUT') throw failure;
    const plugged = await this.#recordOf(vif.id);
    const { steps, failures } = this.#ofVif(vif.id, await this.#findAll(signal));
    if (steps.length === 0) throw failure;
    this.#searchFailures.set(vif.id, failures);
    const reason = `no plan could be made (${failure.message}); what carries its mark is removed`;
    const [path, plugin] =
      vif instanceof NetworkVif ? (['legacy', vif.type] as const) : (['os-vif', vif.plugin] as const);
    return {
      handled: { id, vifId: vif.id, path, plugin: plugin || 'none', reason },
      job: {
        vifId: vif.id,
        plan: validatePlan(steps, owner, vif.id),
        owner,
        isOutdated: () => this.#isPluggedSince(vif.id, plugged),
      },
    };
  }

  async #recordOf(vifId: string): Promise<VifRecord | undefined> {
    const [latest] = (await this.#records?.read([vifId])) ?? [];
    return latest && !isVifError(latest) ? latest : undefined;
  }

  /** Whether another call has plugged the VIF since it had this record, or none: what was found may be part of that. */
  async #isPluggedSince(vifId: string, former: VifRecord | undefined): Promise<boolean> {
    const now = await this.#recordOf(vifId);
    const isSince = now !== undefined && now.since !== former?.since;
    if (isSince) this.#all = undefined; // the next attempt searches again
    return isSince;
  }

  /** Runs plans, and then removes what they leave of their VIFs. */
  async unplug(jobs: readonly Job[], options: RunOptions<Change[]>): Promise<void> {
    const { signal, report } = options;
    const endings: Promise<void>[] = [];
    const end = async (job: Job, result: JobResult<Change[]>) => {
      report?.(job, await this.#removeRest(job, result, signal));
    };
    await this.#engine.unplug(jobs, { ...options, report: (job, result) => endings.push(end(job, result)) });
    await Promise.all(endings);
  }

  async #removeRest(
    job: Job,
    result: JobResult<Change[]>,
    signal: AbortSignal,
  ): Promise<JobResult<Change[]>> {
    const searchFailures = this.#searchFailures.get(job.vifId);
    if (searchFailures) return withFailures(job, result, searchFailures);
    if (signal.aborted || isOutdatedPlan(result) || isComplete(job, result)) return result;
    const endSearch = startSpan({ phase: 'inspect', what: 'marks' });
    const isIdle = 'value' in result && result.value.length === 0;
    const found =
      isIdle || job.isUnrecorded ? await this.#findAll(signal) : await this.#findNear(job, signal);
    const marked = this.#ofVif(job.vifId, found).steps;
    // What failed is left to the next unplug.
    const steps = 'error' in result ? marked.filter((step) => !this.#engine.hasAlike(job, step)) : marked;
    if (steps.length === 0) return result;
    const { vifId, trace } = job;
    endSearch([trace]);
    // An unplug that succeeded has removed the record: if there is one, the VIF was plugged again in the meantime.
    const isOutdated = async () => 'value' in result && (await this.#isPluggedSince(vifId, undefined));
    const rest = {
      vifId,
      plan: validatePlan(steps, owner, vifId),
      owner,
      ...(trace && { trace }),
      isOutdated,
    };
    const [more] = await this.#engine.unplug([rest], { signal });
    return !more || isOutdatedPlan(more) ? result : joined(job, result, more);
  }

  /** What can be found without searching the whole host. */
  #findNear({ vifId }: Job, signal: AbortSignal): Promise<Findings> {
    return withDeadline(SEARCH_TIMEOUT, signal, (soon) => this.#engine.findOwned(soon, 'near', [vifId]));
  }

  /** Searches once for all requests of the call. */
  #findAll(signal: AbortSignal): Promise<Findings> {
    this.#all ??= withDeadline(SEARCH_TIMEOUT, signal, (soon) => this.#engine.findOwned(soon, 'vifs'));
    return this.#all;
  }

  #ofVif(id: string, { owned, failures }: Findings): Marked {
    const own = owned.filter(({ vifId }) => vifId !== undefined && isSameVif(vifId, id));
    return { steps: own.map(({ step }) => step), failures };
  }
}

function isOutdatedPlan(result: JobResult<Change[]>): boolean {
  return 'error' in result && result.error instanceof OutdatedPlan;
}

/** Whether a plan searched for the VIF's marks itself, and found what there was. */
function isComplete({ plan }: Job, result: JobResult<Change[]>): boolean {
  return 'value' in result && result.value.length > 0 && plan.some((step) => stepKindOf(step).findsAllOfVif);
}

function joined(job: Job, first: JobResult<Change[]>, rest: JobResult<Change[]>): JobResult<Change[]> {
  if ('error' in rest) return withFailures(job, first, failuresOf(rest.error));
  if ('error' in first) return first;
  const left = [...(first.left ?? []), ...(rest.left ?? [])];
  return { value: [...first.value, ...rest.value], ...(left.length > 0 && { left }) };
}

function withFailures(
  { vifId, trace }: Job,
  result: JobResult<Change[]>,
  failures: readonly VifError[],
): JobResult<Change[]> {
  if (failures.length === 0) return result;
  const before = 'error' in result ? failuresOf(result.error) : [];
  return { error: new UnplugError(vifId, [...before, ...failures], trace?.timeline()) };
}

function failuresOf(error: VifError): readonly VifError[] {
  return error instanceof UnplugError ? error.failures : [error];
}
