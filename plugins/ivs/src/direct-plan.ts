import { deviceName, type NetworkVif, type Plan } from '@vifkit/core';
import { addPort, deletePort, vendor } from './ivs-port.js';

/** guest's tap ── Indigo Virtual Switch. */
export function directPlug(vif: NetworkVif): Plan {
  const name = deviceName(vif);
  return [
    { kind: 'link', name, create: { type: 'tap' }, set: { up: true } },
    { kind: 'command', argv: addPort(name), undo: deletePort(name), undoWhenCreated: name, vendor },
  ];
}

export function directUnplug(vif: NetworkVif): Plan {
  const name = deviceName(vif);
  return [
    { kind: 'command', argv: deletePort(name), vendor },
    { kind: 'linkAbsent', name, type: 'tap', own: true },
  ];
}
