import type { Plan, PlanContext } from '@vifkit/core';
import {
  deviceName,
  interfaceId,
  isHybridPlug,
  type NetworkVif,
  networkBridge,
  networkMtu,
  vhostUserSocket,
} from '@vifkit/core/nova';
import {
  type CommandStep,
  hybridBridgeName,
  hybridLinks,
  type LinkStep,
  noHybridLinks,
  type OvsPortStep,
  portIds,
  vethNames,
} from '@vifkit/core/steps';

/** Where `fp-vdev` comes from. */
export const vendor = "6WIND's Virtual Accelerator";

/**
 * guest ── socket ── device of the fast path, which leads nowhere, to the integration bridge, or through a hybrid
 * bridge and a veth pair to it. The integration bridge must exist; Neutron's agent makes it.
 *
 * As with Nova, an existing device counts as plugged, with everything behind it.
 */
export async function fastPathPlug(vif: NetworkVif, { instance, facts }: PlanContext): Promise<Plan> {
  const name = deviceName(vif);
  if ((await facts.linkMtu(name)) !== undefined) {
    const keeps = [hybridBridgeName(vif.id), ...vethNames(vif.id)];
    return [{ kind: 'link', name, set: { up: true }, keeps }];
  }

  const mtu = networkMtu(vif);
  const sized = mtu === undefined ? {} : { mtu };
  const device = (master: { master?: string } = {}): LinkStep => ({
    kind: 'link',
    name,
    create: { type: 'command' },
    set: { up: true, ...sized, ...master },
  });
  if (!vif.details.vhostuser_ovs_plug) return [addDevice(vif), device()];
  if (!isHybridPlug(vif)) return [addDevice(vif), device(), port(vif, name, instance.uuid)];

  const [, switchEnd] = vethNames(vif.id);
  return [
    addDevice(vif),
    ...hybridLinks({ vifId: vif.id, ...sized }),
    device({ master: hybridBridgeName(vif.id) }),
    port(vif, switchEnd, instance.uuid),
  ];
}

export async function fastPathUnplug(vif: NetworkVif, { facts }: PlanContext): Promise<Plan> {
  const name = deviceName(vif);
  const isThere = (await facts.linkMtu(name)) !== undefined;
  const noDevice: Plan = isThere ? [{ kind: 'command', argv: deleteDevice(name), vendor }] : [];
  if (!vif.details.vhostuser_ovs_plug) return noDevice;
  const noOtherPort = { kind: 'ovsVifPortsAbsent', interfaceId: interfaceId(vif) } as const;
  if (!isHybridPlug(vif)) return [{ kind: 'ovsPortAbsent', name, own: true }, noOtherPort, ...noDevice];
  const [, switchEnd] = vethNames(vif.id);
  return [
    { kind: 'ovsPortAbsent', name: switchEnd, own: true },
    noOtherPort,
    ...noHybridLinks({ vifId: vif.id }),
    ...noDevice,
  ];
}

function addDevice(vif: NetworkVif): CommandStep {
  const name = deviceName(vif);
  const { path, mode: guestMode } = vhostUserSocket(vif);
  // The switch has the role that QEMU does not have.
  const mode = guestMode === 'server' ? 'client' : 'server';
  return {
    kind: 'command',
    argv: ['fp-vdev', 'add', name, '--sockpath', path, '--sockmode', mode],
    undo: deleteDevice(name),
    whenCreated: name,
    vendor,
  };
}

function deleteDevice(name: string): string[] {
  return ['fp-vdev', 'del', name];
}

function port(vif: NetworkVif, name: string, instanceUuid: string): OvsPortStep {
  const mtu = networkMtu(vif);
  return {
    kind: 'ovsPort',
    bridge: networkBridge(vif),
    name,
    externalIds: portIds({ interfaceId: interfaceId(vif), address: vif.address, instanceUuid }),
    ...(mtu !== undefined && { mtuRequest: mtu }),
    wired: true,
  };
}
