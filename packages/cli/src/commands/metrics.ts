import type { CheckResult, Settled } from '@vifkit/engine';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorLine } from '../terminal/errors.js';
import { writeWhole } from '../terminal/output.js';
import { stateOf, type VifState, vifStates } from './plugged.js';
import { requestsToAnswer } from './plugged-requests.js';
import { withDriver } from './with-driver.js';

/**
 * Checks VIFs, and prints metrics for the textfile collector of Prometheus' node_exporter. The exit status is as of
 * `vif check`.
 */
export async function checkMetrics(
  settings: Settings,
  environment: Environment,
  files: readonly string[],
): Promise<number> {
  return withDriver(settings, environment, async (driver, signal) => {
    const began = performance.now();
    const { timeout } = settings;
    const { requests, errors } = await requestsToAnswer(driver, files, settings, environment, signal);
    const results: Settled<CheckResult>[] = [
      ...errors,
      ...(await driver.checkAll(requests, { signal, timeout })),
    ];
    for (const result of results) {
      if ('error' in result) environment.stderr.write(errorLine(result.id, result.error));
    }
    const seconds = (performance.now() - began) / 1000;
    await writeWhole(environment.stdout, settings.output, renderMetrics(results, seconds, new Date()));
    const states = new Set(results.map(stateOf));
    if (states.has('failed') || states.has('unknown')) return 1;
    const isWell = !states.has('differs') && !states.has('broken');
    return isWell ? 0 : settings.detailedExitcode ? 3 : 1;
  });
}

/** @param seconds that the check took @param at when it ended */
export function renderMetrics(results: readonly Settled<CheckResult>[], seconds: number, at: Date): string {
  const byState = new Map<VifState, number>(vifStates.map((state) => [state, 0]));
  const byKind = new Map<string, number>();
  for (const result of results) {
    const state = stateOf(result);
    byState.set(state, (byState.get(state) ?? 0) + 1);
    if ('error' in result) continue;
    for (const { kind } of result.value.differences) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  }
  const states = [...byState].map(([state, count]) => `vifkit_vifs{state="${state}"} ${count}`);
  const kinds = [...byKind].sort().map(([kind, count]) => `vifkit_differences{kind="${kind}"} ${count}`);
  return [
    ...gauge('vifkit_vifs', 'VIFs by what the check says of them.', states),
    ...gauge('vifkit_differences', 'Things on the host that are not as the plugs leave them.', kinds),
    ...gauge('vifkit_check_seconds', 'Seconds that the last check took.', [
      `vifkit_check_seconds ${seconds.toFixed(3)}`,
    ]),
    ...gauge('vifkit_check_timestamp_seconds', 'When the last check ended, in seconds since 1970.', [
      `vifkit_check_timestamp_seconds ${Math.round(at.getTime() / 1000)}`,
    ]),
    '',
  ].join('\n');
}

function gauge(name: string, help: string, samples: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples];
}
