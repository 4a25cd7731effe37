import type { GuestDevice } from '@vifkit/core';
import type {
  Change,
  ChangeResult,
  CheckResult,
  ConfigResult,
  Difference,
  Handled,
  PlannedStep,
  PlanResult,
  Settled,
} from '@vifkit/engine';
import type { Plumbing } from '../plumbing/plumbing.js';
import { errorJson } from './error-json.js';
import { timelineOf } from './timeline-of.js';

/** Any result that a command has for a request. */
export type AnyResult = ConfigResult | PlanResult | ChangeResult | CheckResult | (Handled & Plumbing);

/** What is told of a result beside what has to be. */
interface Details {
  /** Where the time went; of a result, or an error, that tells it. */
  readonly timeline?: boolean | undefined;
}

/** A request's result as `vif --format json` prints it: an object that JSON can hold. */
export function toJson(result: Settled<AnyResult>, details: Details = {}): object {
  const timeline = details.timeline ? timelineOf(result) : undefined;
  const more = timeline && { timeline };
  if ('error' in result) return { id: result.id, error: errorJson(result.error), ...more };
  const { id, path, plugin } = result.value;
  return { id, path, plugin, ...contents(result.value), ...more };
}

function contents(value: AnyResult): object {
  if ('device' in value) return deviceJson(value.device);
  if ('steps' in value) return { steps: value.steps.map(stepJson) };
  if ('changes' in value) {
    const { changes, left } = value;
    return { changes: changes.map(changeJson), ...(left && { left }) };
  }
  if ('differences' in value) return { differences: value.differences.map(changeJson) };
  return { nodes: value.nodes, edges: value.edges };
}

function deviceJson(device: GuestDevice): object {
  const { domain = [] } = device;
  return { xml: device.toXml(), ...(domain.length > 0 && { domain }) };
}

function stepJson({ step, writes, differences, note, blocked }: PlannedStep): object {
  // A custom step is the vendor's own object: only what the contract knows of it can be written.
  const fields = step.kind === 'custom' ? { kind: step.kind, name: step.name } : step;
  return {
    ...fields,
    writes,
    differences: differences.map(differenceJson),
    ...(note !== undefined && { note }),
    ...(blocked && { blocked: { code: blocked.code, message: blocked.message } }),
  };
}

/** A change as `--format json` prints it. */
export function changeJson({ kind, name, differences, note }: Change): object {
  const told = differences.map(differenceJson);
  return { kind, name, differences: told, ...(note !== undefined && { note }) };
}

/** Undefined would drop the key. */
function differenceJson({ attribute, expected, actual }: Difference): object {
  return { attribute, expected: expected ?? null, actual: actual ?? null };
}
