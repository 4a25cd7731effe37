import {
  type DeviceBackend,
  deviceName,
  type LegacyDriver,
  legacyDriver,
  type NetworkVif,
  type Plan,
} from '@vifkit/core';

const vendor = "MidoNet's agent, the package midolman";

/** VIF type `midonet`: a tap that MidoNet's agent binds to a port of its virtual network. */
@legacyDriver({
  type: 'midonet',
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
    { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" },
    { kind: 'program', name: 'mm-ctl', from: vendor },
  ],
})
export class MidonetDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    // Nova leaves the bandwidth of these to MidoNet.
    return { type: 'ethernet', target: deviceName(vif), bandwidth: false };
  }

  plug(vif: NetworkVif): Plan {
    const name = deviceName(vif);
    return [
      { kind: 'link', name, create: { type: 'tap' }, set: { up: true } },
      {
        kind: 'command',
        argv: ['mm-ctl', '--bind-port', vif.id, name],
        undo: unbind(vif),
        undoWhenCreated: name,
        vendor,
      },
    ];
  }

  unplug(vif: NetworkVif): Plan {
    return [
      { kind: 'command', argv: unbind(vif), vendor },
      { kind: 'linkAbsent', name: deviceName(vif), type: 'tap', own: true },
    ];
  }
}

function unbind({ id }: NetworkVif): string[] {
  return ['mm-ctl', '--unbind-port', id];
}
