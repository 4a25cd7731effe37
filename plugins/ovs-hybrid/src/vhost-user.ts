import type { Plan } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { requireField, type VIFVHostUser } from '@vifkit/core/os-vif';
import { datapathOf, ensuredBridge, type PlugContext, settings, vhostUserPort, vifPort } from './port.js';

/**
 * guest ── socket ── integration bridge, in userspace with DPDK. If QEMU is the client, Open vSwitch makes the socket,
 * with the port's name, in its own directory. If QEMU is the server, Open vSwitch connects to the socket that QEMU
 * makes.
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

/** The socket, which an unplug checks; the port shows whether a guest has connected. */
export function vhostUserPath({ id, path: name, mode }: VIFVHostUser): Leg[] {
  const server = mode === 'server' ? 'guest' : 'switch';
  return name === undefined ? [] : [{ kind: 'socket', name, server, port: vhostUserPort(id) }];
}
