import type { GuestDevice } from '@vifkit/core';
import type { PlannedStep } from '@vifkit/engine';
import { plain, type Style } from '../output/style.js';
import { drawGraph } from './draw-graph.js';
import { plumbingOf } from './plumbing-of.js';

export interface DrawOptions {
  /** The guest's MAC address. */
  readonly mac?: string | undefined;
  readonly style?: Style | undefined;
}

/**
 * Draws the way from the guest's card to the network, as a plan (`VifDriver.plan`) and the guest's device
 * (`VifDriver.config`) tell it. What the host lacks is marked.
 */
export function drawPlumbing(
  plan: { readonly steps: readonly PlannedStep[] },
  device: GuestDevice,
  { mac, style = plain }: DrawOptions = {},
): string {
  return drawGraph(plumbingOf(plan.steps, device, mac), style);
}
