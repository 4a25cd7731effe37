import type { CheckResult, PluggedVif, Settled } from '@vifkit/engine';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { openLogger } from '../terminal/log.js';
import { writeWhole } from '../terminal/output.js';
import { requestsToAnswer } from './plugged-requests.js';
import { Report } from './report.js';
import { checked } from './request-commands.js';
import { stateOf, type VifState, vifStates } from './results.js';
import { withDriver } from './with-driver.js';

/**
 * Checks VIFs, and prints metrics for the textfile collector of Prometheus' node_exporter. Exit status and log are the
 * same as for `vif check`.
 */
export async function checkMetrics(
  settings: Settings,
  environment: Environment,
  files: readonly string[],
): Promise<number> {
  const logger = await openLogger(settings, environment.stderr, environment.env);
  const report = new Report('check', settings, environment, logger);
  const work = async (driver: Driver, signal: AbortSignal) => {
    const began = performance.now();
    const options = { signal, timeout: settings.timeout };
    const { requests, errors } = await requestsToAnswer(driver, files, settings, environment, signal);
    const [results, { vifs }] = await Promise.all([driver.checkAll(requests, options), driver.list(options)]);
    const all: Settled<CheckResult>[] = [...errors, ...results];
    report.expect(all.length, true);
    for (const [place, result] of all.entries()) report.add(checked(result, settings), place);
    await report.printed;
    const seconds = (performance.now() - began) / 1000;
    const metrics = renderMetrics(all, ovnInstalls(all, vifs), seconds, new Date());
    await writeWhole(environment.stdout, settings.output, metrics);
    return report.status;
  };
  try {
    return await withDriver(settings, environment, work, { logger });
  } finally {
    report.end();
  }
}

/** For the checked VIFs: the seconds that OVN took to install their flows, if known. */
function ovnInstalls(
  results: readonly Settled<CheckResult>[],
  plugged: readonly PluggedVif[],
): Map<string, number> {
  const known = new Map(plugged.map((vif) => [vif.vifId.toLowerCase(), vif.ovnInstallSeconds]));
  return new Map(
    results.flatMap((result): [string, number][] => {
      if ('error' in result) return [];
      const { vifId } = result.value;
      const seconds = known.get(vifId.toLowerCase());
      return seconds === undefined ? [] : [[vifId, seconds]];
    }),
  );
}

/**
 * @param installs seconds by the ids of VIFs
 * @param seconds the duration of the check
 * @param at the time at which it ended
 */
export function renderMetrics(
  results: readonly Settled<CheckResult>[],
  installs: ReadonlyMap<string, number>,
  seconds: number,
  at: Date,
): string {
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
  const installed = [...installs].map(
    ([vif, each]) => `vifkit_ovn_install_seconds{vif="${vif}"} ${each.toFixed(3)}`,
  );
  return [
    ...gauge('vifkit_vifs', 'VIFs by the result of the check.', states),
    ...gauge('vifkit_differences', 'Things on the host that differ from what the plugs made.', kinds),
    ...gauge(
      'vifkit_ovn_install_seconds',
      'Seconds from the plug until OVN had installed the flows.',
      installed,
    ),
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
