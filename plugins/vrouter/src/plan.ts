import type { Plan, PlanContext } from '@vifkit/core';
import { boundTap, noBoundTap } from '@vifkit/core/steps';
import { addPort, deletePort } from './port-control.js';
import { type VrouterPort, vendor } from './vrouter-port.js';

/** guest's tap ── vRouter. */
export function plugPort(port: VrouterPort, { instance, virtType, tap: { multiQueue } }: PlanContext): Plan {
  const bind = addPort(port, instance, virtType);
  return boundTap({ name: port.tap, multiQueue, bind, unbind: deletePort(port.vifId), vendor });
}

export function unplugPort({ vifId, tap: name }: Pick<VrouterPort, 'vifId' | 'tap'>): Plan {
  return noBoundTap({ name, unbind: deletePort(vifId), vendor });
}
