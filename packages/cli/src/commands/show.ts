import type { GuestDevice } from '@vifkit/core/nova';
import type { CheckResult, ConfigResult, Connection, Handled, PlanResult, Settled } from '@vifkit/engine';
import { drawGraph } from '../plumbing/draw.js';
import { type Plumbing, plumbingOf } from '../plumbing/graph.js';
import { resultHeading } from '../terminal/text.js';
import { requestCommand } from './request-commands.js';

type ShowResult = Handled & Plumbing;

export const show = requestCommand<ShowResult>(
  'show',
  async (driver, requests, { onResult, ...options }) => {
    const plans: Settled<PlanResult>[] = [];
    const devices: Settled<ConfigResult>[] = [];
    const checks: Settled<CheckResult>[] = [];
    const join = (index: number) => {
      const [plan, config, check] = [plans[index], devices[index], checks[index]];
      if (!plan || !config || !check) return; // the other results are still missing
      if ('error' in plan) return onResult(plan, index);
      if ('error' in config) return onResult(config, index);
      if ('error' in check) return onResult(check, index);
      const mac = macOf(requests[index]);
      const { connection } = check.value;
      onResult({ ok: true, value: showResult(plan.value, config.value.device, connection, mac) }, index);
    };
    const into = <T>(results: Settled<T>[]) => {
      return (result: Settled<T>, index: number) => {
        results[index] = result;
        join(index);
      };
    };
    await Promise.all([
      driver.planAll(requests, { ...options, onResult: into(plans) }),
      driver.configAll(requests, { ...options, onResult: into(devices) }),
      driver.checkAll(requests, { ...options, onResult: into(checks) }),
    ]);
  },
  { text: (value, style) => `${resultHeading(value, style)}\n${drawGraph(value, style)}`, guests: true },
);

function showResult(
  { steps, timeline: _, ...handled }: PlanResult,
  device: GuestDevice,
  connection: Connection | undefined,
  mac?: string,
): ShowResult {
  return { ...handled, ...plumbingOf(steps, device, mac, connection) };
}

/** The MAC address of a valid request: of a VIF of the network model, or of an os-vif object. */
export function macOf(request: object | undefined): string | undefined {
  const { vif } = request as { vif: Addressed & { 'versioned_object.data'?: Addressed } };
  return vif.address ?? vif['versioned_object.data']?.address ?? undefined;
}

interface Addressed {
  readonly address?: string | null;
}
