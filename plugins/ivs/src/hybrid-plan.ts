import { hybridLinks, type NetworkVif, networkMtu, noHybridLinks, type Plan, vethNames } from '@vifkit/core';
import { addPort, deletePort, vendor } from './ivs-port.js';

/** guest's tap ── hybrid bridge ── veth pair ── Indigo Virtual Switch. The tap is the hypervisor's to make. */
export function hybridPlug(vif: NetworkVif): Plan {
  const mtu = networkMtu(vif);
  const [, name] = vethNames(vif.id);
  return [
    ...hybridLinks({ vifId: vif.id, ...(mtu !== undefined && { mtu }) }),
    { kind: 'command', argv: addPort(name), undo: deletePort(name), whenCreated: name, vendor },
  ];
}

export function hybridUnplug({ id }: NetworkVif): Plan {
  const [, name] = vethNames(id);
  return [{ kind: 'command', argv: deletePort(name), vendor }, ...noHybridLinks({ vifId: id })];
}
