import { boundTap, deviceName, type NetworkVif, noBoundTap, type Plan } from '@vifkit/core';
import { addPort, deletePort, vendor } from './ivs-port.js';

/** guest's tap ── Indigo Virtual Switch. */
export function directPlug(vif: NetworkVif): Plan {
  const name = deviceName(vif);
  return boundTap({ name, bind: addPort(name), unbind: deletePort(name), vendor });
}

export function directUnplug(vif: NetworkVif): Plan {
  const name = deviceName(vif);
  return noBoundTap({ name, unbind: deletePort(name), vendor });
}
