import type { Logger, VifError } from '@vifkit/core';
import { stepTarget } from '@vifkit/core';
import type { Change, Job } from '../run/job.js';
import { slowestOf, type Timeline } from '../run/timeline.js';
import type { GcResult } from './gc.js';
import type { Operation } from './prepare.js';
import type { ChangeResult, Settled } from './results.js';

/** A debug line a step: what it is about, and what was written for it. What one should know of it is a warning. */
export function logSteps(logger: Logger, { vifId, plan }: Job, changes: readonly Change[]): void {
  const written = [...changes];
  const log = (step: Change['kind'], target: string, differences: Change['differences'] = []) => {
    // Not `name`: that is what pino calls the logger.
    logger.debug({ vif: vifId, step, target, differences }, 'step');
  };
  for (const step of plan) {
    const target = stepTarget(step);
    const place = written.findIndex(({ kind, name }) => kind === step.kind && name === target);
    const [change] = place < 0 ? [] : written.splice(place, 1);
    log(step.kind, target, change?.differences);
    if (change?.note !== undefined) logger.warn({ vif: vifId, step: step.kind, target }, change.note);
  }
  for (const { kind, name, differences } of written) log(kind, name, differences); // of no step of the plan
}

/**
 * One line a request: VIF, path, plugin, steps, how many of them wrote, or its error; the milliseconds of the call until
 * then, and what most of them went into.
 */
export function logOutcome(
  logger: Logger,
  operation: Operation,
  result: Settled<ChangeResult>,
  milliseconds: number,
): void {
  if ('error' in result) {
    const { code, message, vifId } = result.error;
    const slowest = slowestOf((result.error as VifError & { readonly timeline?: Timeline }).timeline ?? []);
    const fields = { request: result.id, vif: vifId, code, milliseconds, ...(slowest && { slowest }) };
    logger.error(fields, `${operation} failed: ${message}`);
    return;
  }
  const { id, vifId, path, plugin, stepCount, changes, timeline } = result.value;
  const fields = {
    request: id,
    vif: vifId,
    path,
    plugin,
    steps: stepCount,
    changes: changes.length,
    milliseconds,
    slowest: slowestOf(timeline),
  };
  logger.info(fields, operation);
}

/** One line a VIF of which something was left. */
export function logGc(logger: Logger, result: Settled<GcResult>, dryRun: boolean): void {
  if ('error' in result) {
    const { code, message, vifId } = result.error;
    logger.error({ vif: vifId, code }, `gc failed: ${message}`);
    return;
  }
  const { id, changes } = result.value;
  logger.info({ vif: id, changes: changes.length, dryRun }, 'gc');
}
