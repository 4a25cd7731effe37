import type { Plan } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFVHostUser } from '@vifkit/core/os-vif';
import { datapathOf, ensuredBridge, type PlugContext, settings, vhostUserPort, vifPort } from './port.js';

/**
 * guest ── socket ── integration bridge, in userspace by DPDK. Where QEMU is the client, Open vSwitch makes the socket,
 * by the port's name in its own directory; where QEMU is the server, Open vSwitch connects to the socket that it makes.
 */
export function plugVhostUser(vif: VIFVHostUser, context: PlugContext): Plan {
  const mode = requireField(vif, 'mode', vif.id);
  const name = vhostUserPort(vif.id);
  const socket =
    mode === 'client'
      ? { type: 'dpdkvhostuser' }
      : {
          type: 'dpdkvhostuserclient',
          options: { 'vhost-server-path': requireField(vif, 'path', vif.id) },
        };
  const datapath = datapathOf(vif, 'netdev');
  return [
    ensuredBridge(vif, datapath, context),
    vifPort(vif, context, { name, datapath, ...socket, wired: true }),
    ...settings(name, context),
  ];
}

/** The socket, which an unplug looks at: whether a guest has connected, the port tells. */
export function vhostUserPath({ id, path: name, mode }: VIFVHostUser): Leg[] {
  const server = mode === 'server' ? 'guest' : 'switch';
  return name === undefined ? [] : [{ kind: 'socket', name, server, port: vhostUserPort(id) }];
}
