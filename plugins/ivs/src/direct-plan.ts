import { boundTap, noBoundTap, type Plan } from '@vifkit/core';
import { addPort, deletePort, vendor } from './ivs-port.js';

/** guest's tap ── Indigo Virtual Switch. */
export function directPlug(name: string): Plan {
  return boundTap({ name, bind: addPort(name), unbind: deletePort(name), vendor });
}

export function directUnplug(name: string): Plan {
  return noBoundTap({ name, unbind: deletePort(name), vendor });
}
