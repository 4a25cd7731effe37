import type { Change, Job } from '../engine/job.js';
import type { Logger } from '../logging/logger.js';
import { stepTarget } from '../plan/step-target.js';
import type { Operation } from './prepare.js';
import type { ChangeResult, Settled } from './results.js';

/** A debug line a step: what it is about, and what was written for it. */
export function logSteps(logger: Logger, { vifId, plan }: Job, changes: readonly Change[]): void {
  const written = [...changes]; // in the plan's order
  for (const step of plan) {
    const name = stepTarget(step);
    const wrote = written[0]?.kind === step.kind && written[0].name === name;
    const change = wrote ? written.shift() : undefined;
    logger.debug({ vif: vifId, step: step.kind, name, differences: change?.differences ?? [] }, 'step');
  }
}

/** One line a request: VIF id, path, plugin, number of changes, milliseconds; or its error. */
export function logOutcome(
  logger: Logger,
  operation: Operation,
  result: Settled<ChangeResult>,
  milliseconds: number,
): void {
  if ('error' in result) {
    const { code, message } = result.error;
    logger.error({ vif: result.id, code, milliseconds }, `${operation} failed: ${message}`);
    return;
  }
  const { id, path, plugin, changes } = result.value;
  logger.info({ vif: id, path, plugin, steps: changes.length, milliseconds }, operation);
}
