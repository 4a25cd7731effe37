import type { GuestDevice, Handled, PlanResult, Settled } from '@vifkit/core';
import { heading } from '../output/heading.js';
import { drawGraph } from '../plumbing/draw-graph.js';
import type { Plumbing } from '../plumbing/plumbing.js';
import { plumbingOf } from '../plumbing/plumbing-of.js';
import { largeBatch } from './in-batches.js';
import { answers, type RequestCommand } from './request-command.js';

type ShowResult = Handled & Plumbing;

export const show: RequestCommand = {
  name: 'show',
  guests: true,
  batch: largeBatch,
  async answer(driver, requests, options) {
    const [plans, devices] = await Promise.all([
      driver.planAll(requests, options),
      driver.configAll(requests, options),
    ]);
    const results = requests.flatMap((request, i): Settled<ShowResult>[] => {
      const plan = plans[i];
      const config = devices[i];
      if (!plan || !config) return [];
      if ('error' in plan) return [plan];
      if ('error' in config) return [config];
      return [{ value: showResult(plan.value, config.value.device, macOf(request)) }];
    });
    return answers(results, (value, style) => `${heading(value, style)}\n${drawGraph(value, style)}`);
  },
};

function showResult({ steps, ...handled }: PlanResult, device: GuestDevice, mac?: string): ShowResult {
  return { ...handled, ...plumbingOf(steps, device, mac) };
}

/** The MAC address of a request that was taken: of a VIF of the network model, or of an os-vif object. */
function macOf(request: object): string | undefined {
  const { vif } = request as { vif: Addressed & { 'versioned_object.data'?: Addressed } };
  return vif.address ?? vif['versioned_object.data']?.address ?? undefined;
}

interface Addressed {
  readonly address?: string | null;
}
