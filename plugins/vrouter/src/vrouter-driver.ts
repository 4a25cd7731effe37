import {
  type DeviceBackend,
  deviceName,
  type LegacyDriver,
  legacyDriver,
  type NetworkVif,
  type Plan,
  type PlanContext,
} from '@vifkit/core';
import { addPort, deletePort } from './port-control.js';

const vendor = "Contrail's vRouter agent, the package contrail-vrouter-agent";

/** VIF type `vrouter`: a tap that Contrail's (Tungsten Fabric's) vRouter takes as a port. */
@legacyDriver({
  type: 'vrouter',
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
    { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" },
    { kind: 'program', name: 'vrouter-port-control', from: vendor },
  ],
})
export class VrouterDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), bandwidth: true };
  }

  plug(vif: NetworkVif, { instance, virtType }: PlanContext): Plan {
    const name = deviceName(vif);
    return [
      { kind: 'link', name, create: { type: 'tap' }, set: { up: true } },
      {
        kind: 'command',
        argv: addPort(vif, instance, virtType),
        undo: deletePort(vif),
        undoWhenCreated: name,
        vendor,
      },
    ];
  }

  unplug(vif: NetworkVif): Plan {
    return [
      { kind: 'command', argv: deletePort(vif), vendor },
      { kind: 'linkAbsent', name: deviceName(vif), type: 'tap', own: true },
    ];
  }
}
