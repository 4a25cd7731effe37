import { type Plan, requireField, type VIFOpenVSwitch } from '@vifkit/core';
import { integrationBridge, profileOf, vifPort } from './ovs-port.js';

/**
 * guest's tap ── integration bridge. libvirt makes the tap and the port, unless the port profile asks for the
 * port (`create_port`), or for the tap as well (`create_tap`).
 */
export function directPlug(vif: VIFOpenVSwitch, instanceUuid: string, mtu: number): Plan {
  const bridge = bridgeOf(vif);
  const { create_port, create_tap, multiqueue } = profileOf(vif);
  const ensured = integrationBridge(vif, bridge);
  if (!create_port && !create_tap) return [ensured];

  const name = requireField(vif, 'vif_name', vif.id);
  const port = vifPort(vif, instanceUuid, { name, bridge, mtu, wired: create_tap });
  if (!create_tap) return [ensured, port];
  const address = requireField(vif, 'address', vif.id);
  const create = { type: 'tap', multiQueue: multiqueue } as const;
  return [{ kind: 'link', name, create, set: { up: true, mtu }, initial: { address } }, ensured, port];
}

export function directUnplug(vif: VIFOpenVSwitch): Plan {
  const { create_port, create_tap } = profileOf(vif);
  if (!create_port && !create_tap) return [];
  const name = requireField(vif, 'vif_name', vif.id);
  const port = { kind: 'ovsPortAbsent', name, own: true } as const;
  return create_tap ? [port, { kind: 'linkAbsent', name, type: 'tap', own: true }] : [port];
}

function bridgeOf(vif: VIFOpenVSwitch): string {
  return vif.bridge_name ?? requireField(requireField(vif, 'network', vif.id), 'bridge', vif.id);
}
