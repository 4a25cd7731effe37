import { asVifError, isVifError, VifError } from '@vifkit/core';
import { type OptionRules, optionRules, validatePlan } from '@vifkit/core/internal';
import type { Owned } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import type { Engine } from '../run/engine.js';
import { UnplugError } from '../run/errors.js';
import { type Change, changeOf, type Job, type JobResult } from '../run/job.js';
import { type CallOptions, type CallTimes, callOptionRules, readCallOptions } from './call-options.js';
import type { ChangingParts } from './plugging.js';
import type { Settled } from './results.js';
import { spentRecords } from './spent-records.js';
import { isIterable, readVifIds } from './vif-ids.js';

/** Options of a garbage collection. */
export interface GcOptions extends CallOptions {
  /** The ids of all VIFs that are in use. An empty list is treated as a mistake: use `none` if there are none. */
  readonly keep: Iterable<string> | 'none';
  /** Report what would be removed, and write nothing. */
  readonly dryRun?: boolean;
}

/** What was left of a VIF and has been removed. */
export interface GcResult {
  /** The VIF's id; null for what VIFs share. */
  readonly id: string | null;
  readonly changes: readonly Change[];
  /** Nothing is left of it but the record of its plug, which is removed. */
  readonly isForgotten?: boolean;
}

const rules: OptionRules<GcOptions> = {
  ...callOptionRules,
  keep: {
    accepts: (value) => value === 'none' || isIterable(value),
    says: "the ids of VIFs, or 'none'",
  },
  dryRun: optionRules.flag,
};

/** @throws VifError INVALID_OPTIONS */
export function readGcOptions(options: GcOptions): CallTimes<GcOptions> {
  return readCallOptions(options, 'gc', rules, ['keep']);
}

/** The owner in whose name shared things are removed. */
const NOBODY = 'shared';

const owner = 'garbage collection';

/**
 * Removes what is left of VIFs that are not kept: see `VifDriver.gc`.
 * @throws VifError INVALID_REQUEST
 */
export async function collectGarbage(
  parts: ChangingParts,
  { keep, dryRun = false }: GcOptions,
  signal: AbortSignal,
): Promise<Settled<GcResult>[]> {
  const { engine, host } = parts;
  const kept = readKept(keep);
  const { owned, failures } = await engine.findOwned(signal);
  const isDead = (vifId: string | undefined) => vifId !== undefined && !kept.has(vifId.toLowerCase());
  const marked = ownersOf(owned.filter(({ vifId }) => isDead(vifId)));
  const found = new Set(marked.map(({ id }) => id?.toLowerCase()));
  // What cannot be read is no record.
  const recorded = ((await host.records?.list()) ?? []).flatMap((each) => (isVifError(each) ? [] : [each]));
  const unmarked = recorded.filter(({ vifId }) => isDead(vifId) && !found.has(vifId.toLowerCase()));
  const forgotten = unmarked.length > 0 ? await spentRecords(unmarked, parts, signal) : [];
  const dead = [...marked, ...forgotten.map(({ vifId }) => ({ id: vifId, steps: [], isForgotten: true }))];
  // It is not known which shared things a kept VIF uses, as its guest may not have started yet: they all stay.
  const shared = kept.size > 0 ? [] : sharedOwners(owned.filter(({ vifId }) => vifId === undefined));
  const results = dryRun
    ? await forOwners([...dead, ...shared], (jobs) => compare(engine, jobs, signal))
    : [
        ...(await forOwners(dead, (jobs) => engine.collect(jobs, { signal }))),
        // Only now: they are unused once what used them is gone.
        ...(await forOwners(shared, (jobs) => engine.collect(jobs, { signal }))),
      ];
  return [...results, ...failures.map((error) => ({ ok: false as const, id: null, error }))].filter(
    hasChanges,
  );
}

/** What carries the mark of one VIF, or what VIFs share. */
interface Owner {
  readonly id: string | null;
  readonly steps: readonly Step[];
  /** There is only a record. */
  readonly isForgotten?: boolean;
}

function readKept(keep: GcOptions['keep']): Set<string> {
  if (keep === 'none') return new Set();
  const ids = new Set(
    readVifIds(keep, 'The list of VIFs to keep', 'a VIF to keep').map((id) => id.toLowerCase()),
  );
  if (ids.size === 0) {
    throw new VifError('INVALID_REQUEST', "The list of VIFs to keep is empty; to keep none, use 'none'");
  }
  return ids;
}

function ownersOf(owned: readonly Owned[]): Owner[] {
  const steps = new Map<string, Step[]>();
  for (const { vifId = NOBODY, step } of owned) steps.set(vifId, [...(steps.get(vifId) ?? []), step]);
  return [...steps].map(([id, own]) => ({ id, steps: own }));
}

/** Links are compared together: a bridge and a VLAN device in it may be needed by each other alone. */
function sharedOwners(owned: readonly Owned[]): Owner[] {
  const steps = owned.map(({ step }) => step);
  const links = steps.filter(({ kind }) => kind === 'linkUserAbsent');
  const others = steps.filter(({ kind }) => kind !== 'linkUserAbsent').map((step) => [step]);
  return [...(links.length > 0 ? [links] : []), ...others].map((each) => ({ id: null, steps: each }));
}

/** Runs a plan for each owner. An owner with an invalid plan fails alone. */
async function forOwners(
  owners: readonly Owner[],
  run: (jobs: readonly Job[]) => Promise<JobResult<readonly Change[]>[]>,
): Promise<Settled<GcResult>[]> {
  const prepared = owners.map((each) => ({ ...each, job: jobFor(each) }));
  const jobs = prepared.flatMap(({ job }) => ('value' in job ? [job.value] : []));
  const results = await run(jobs);
  const byJob = new Map(jobs.map((job, i) => [job, results[i]]));
  return prepared.flatMap(({ id, isForgotten, job }): Settled<GcResult>[] => {
    const result = 'error' in job ? job : byJob.get(job.value);
    if (!result) return [];
    return 'error' in result
      ? [{ ok: false, id, ...result }]
      : [{ ok: true, value: { id, changes: result.value, ...(isForgotten && { isForgotten }) } }];
  });
}

function jobFor({ id, steps }: Owner): JobResult<Job> {
  const vifId = id ?? NOBODY;
  try {
    return { value: { vifId, owner, plan: validatePlan(steps, owner, vifId) } };
  } catch (error) {
    return { error: asVifError(error, 'INVALID_PLAN', `What is left of VIF ${vifId} cannot be removed`) };
  }
}

async function compare(
  engine: Engine,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<JobResult<readonly Change[]>[]> {
  const results = await engine.inspect(jobs, { signal, operation: 'gc' });
  return results.map((result, i) => {
    if ('error' in result) return result;
    const blocked = result.value.flatMap(({ inspection }) => inspection.blocked ?? []);
    if (blocked.length > 0) return { error: new UnplugError(jobs[i]?.vifId ?? '', blocked) };
    return {
      value: result.value.filter(({ inspection }) => inspection.differences.length > 0).map(changeOf),
    };
  });
}

function hasChanges(result: Settled<GcResult>): boolean {
  return 'error' in result || result.value.changes.length > 0 || result.value.isForgotten === true;
}
