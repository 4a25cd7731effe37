import { VifError } from '@vifkit/core';
import type { CheckResult, PlanResult } from '@vifkit/engine';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorJson } from '../terminal/errors.js';
import { type Style, styleFor } from '../terminal/output.js';
import { printable, resultHeading, tree } from '../terminal/text.js';
import { detailsOf, type Finding, isWell, type MissingRequirement } from './doctor.js';
import { readAll, withDriver } from './with-driver.js';

/** What this host lacks for a request, as `vif doctor --for FILE --format json` prints it. */
interface RequestDiagnosis extends Finding {
  readonly id: string | null;
  readonly path?: PlanResult['path'];
  readonly plugin?: string;
}

/**
 * Prints what this host lacks for the requests of a file: what their plans and paths need, and why a plan could not be
 * applied. The exit status is 0 if each of them can be.
 * @throws InputError if the file cannot be read
 * @throws VifError INVALID_OPTIONS for names of plugins beside it
 */
export async function doctorForRequests(
  settings: Settings,
  environment: Environment,
  names: readonly string[],
): Promise<number> {
  const { stdout } = environment;
  const { for: file = '-' } = settings;
  if (names.some((name) => name !== '-')) {
    throw new VifError('INVALID_OPTIONS', 'Name either plugins or a file of requests (--for), not both');
  }
  const diagnoses = await withDriver(settings, environment, async (driver, signal) => {
    const inputs = await readAll([file], settings, environment, signal);
    const requests = inputs.flatMap((input) => ('error' in input ? [] : [input.request]));
    const unread = inputs.flatMap((input) => ('error' in input ? [failed(null, input.error)] : []));
    const options = { signal, timeout: settings.timeout };
    const plans = await driver.planAll(requests, options);
    const checks = await driver.checkAll(requests, options);
    const diagnosed = await diagnose(plans, checks, settings, environment);
    return [...unread, ...diagnosed];
  });
  for (const each of diagnoses) {
    stdout.write(settings.format === 'json' ? `${JSON.stringify(each)}\n` : render(each, styleFor(stdout)));
  }
  return diagnoses.every(isWell) ? 0 : 1;
}

type SettledOf<T> = { readonly value: T } | { readonly id: string | null; readonly error: VifError };

async function diagnose(
  plans: readonly SettledOf<PlanResult>[],
  checks: readonly SettledOf<CheckResult>[],
  settings: Settings,
  environment: Environment,
): Promise<RequestDiagnosis[]> {
  const { needsOfPlan } = await import('@vifkit/host/doctor');
  const planned = plans.map((plan, i) => {
    if ('error' in plan) return { plan, needs: [] };
    const check = checks[i];
    const legs = check && 'value' in check ? (check.value.connection?.legs ?? []) : [];
    const steps = plan.value.steps.map(({ step }) => step);
    return { plan, needs: needsOfPlan(steps, legs) };
  });
  const found = await environment.examineHost(
    planned.flatMap(({ needs }) => needs),
    settings,
  );
  let next = 0;
  return planned.map(({ plan, needs }): RequestDiagnosis => {
    if ('error' in plan) return failed(plan.id, plan.error);
    const { id, path, plugin, steps } = plan.value;
    const lacks = needs.flatMap(({ kind, name }): MissingRequirement[] => {
      const lack = found[next++];
      return lack ? [{ kind, name, ...lack }] : [];
    });
    const blocked = steps.find((step) => step.blocked)?.blocked;
    return { id, path, plugin, lacks, ...(blocked && { error: errorJson(blocked) }) };
  });
}

function failed(id: string | null, error: VifError): RequestDiagnosis {
  return { id, lacks: [], error: errorJson(error) };
}

function render(diagnosis: RequestDiagnosis, style: Style): string {
  const { id, path, plugin = '' } = diagnosis;
  const mark = isWell(diagnosis) ? style('green', '✓') : style('red', '✗');
  const named = printable(id ?? 'a request');
  const heading = path === undefined ? named : resultHeading({ id: named, path, plugin }, style);
  const details = detailsOf(diagnosis, style).map((line) => ({ line }));
  return tree(`${mark} ${heading}`, details);
}
