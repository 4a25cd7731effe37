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
} from '@vifkit/core';
import type { Plumbing } from '../plumbing/plumbing.js';
import { errorJson } from './error-json.js';

/** Any result that a command has for a request. */
export type AnyResult = ConfigResult | PlanResult | ChangeResult | CheckResult | (Handled & Plumbing);

/** A request's result as `vif --format json` prints it: an object that JSON can hold. */
export function toJson(result: Settled<AnyResult>): object {
  if ('error' in result) return { id: result.id, error: errorJson(result.error) };
  const { id, path, plugin } = result.value;
  return { id, path, plugin, ...contents(result.value) };
}

function contents(value: AnyResult): object {
  if ('device' in value) return { xml: value.device.toXml() };
  if ('steps' in value) return { steps: value.steps.map(stepJson) };
  if ('changes' in value) return { changes: value.changes.map(changeJson) };
  if ('differences' in value) return { differences: value.differences.map(changeJson) };
  return { nodes: value.nodes, edges: value.edges };
}

function stepJson({ step, writes, differences, blocked }: PlannedStep): object {
  // A custom step is the vendor's own object: only what the contract knows of it can be written.
  const fields = step.kind === 'custom' ? { kind: step.kind, name: step.name } : step;
  return {
    ...fields,
    writes,
    differences: differences.map(differenceJson),
    ...(blocked && { blocked: { code: blocked.code, message: blocked.message } }),
  };
}

/** A change as `--format json` prints it. */
export function changeJson({ kind, name, differences }: Change): object {
  return { kind, name, differences: differences.map(differenceJson) };
}

/** Undefined would drop the key. */
function differenceJson({ attribute, expected, actual }: Difference): object {
  return { attribute, expected: expected ?? null, actual: actual ?? null };
}
