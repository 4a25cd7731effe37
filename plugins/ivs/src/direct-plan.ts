import type { Plan, PlanContext } from '@vifkit/core';
import { boundTap, noBoundTap } from '@vifkit/core/steps';
import { addPort, deletePort, vendor } from './ivs-port.js';

/** guest's tap ── Indigo Virtual Switch. */
export function directPlug(name: string, { tap: { multiQueue } }: PlanContext): Plan {
  return boundTap({ name, multiQueue, bind: addPort(name), unbind: deletePort(name), vendor });
}

export function directUnplug(name: string): Plan {
  return noBoundTap({ name, unbind: deletePort(name), vendor });
}
