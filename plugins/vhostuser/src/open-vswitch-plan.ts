import { checkLinkName, type Plan, type PlanContext } from '@vifkit/core';
import { interfaceId, type NetworkVif, networkBridge, networkMtu, vhostUserSocket } from '@vifkit/core/nova';
import { portIds } from '@vifkit/core/steps';
import { IsIn } from '@vifkit/core/validation';

const portTypes = ['dpdkvhostuser', 'dpdkvhostuserclient'] as const;

export type PortType = (typeof portTypes)[number];

/** The options of the plugin `vhostuser`. */
export class VhostUserOptions {
  /**
   * The type of Open vSwitch ports: `dpdkvhostuser`, where Open vSwitch makes the socket and QEMU connects (Nova's
   * choice); or `dpdkvhostuserclient`, where QEMU makes the socket (`vhostuser_mode` `server`) and a restart of Open
   * vSwitch does not cut the guest off.
   */
  @IsIn(portTypes)
  port_type: PortType = 'dpdkvhostuser';
}

/** guest ── socket ── integration bridge, which must exist; Neutron's agent makes it. */
export function openVSwitchPlug(vif: NetworkVif, { instance, port }: PlanContext, type: PortType): Plan {
  const mtu = networkMtu(vif);
  return [
    {
      kind: 'ovsPort',
      bridge: networkBridge(vif),
      name: portName(vif),
      type,
      externalIds: portIds({
        interfaceId: interfaceId(vif),
        address: vif.address,
        instanceUuid: instance.uuid,
      }),
      ...(type === 'dpdkvhostuserclient' && { options: { 'vhost-server-path': vhostUserSocket(vif).path } }),
      ...(mtu !== undefined && { mtuRequest: mtu }),
      wired: true,
    },
    ...(port ? [{ kind: 'ovsPortSettings', name: portName(vif), ...port } as const] : []),
  ];
}

export function openVSwitchUnplug(vif: NetworkVif): Plan {
  return [
    { kind: 'ovsPortAbsent', name: portName(vif), own: true },
    { kind: 'ovsVifPortsAbsent', interfaceId: interfaceId(vif) },
  ];
}

/** Open vSwitch names the sockets that it makes after their ports. */
export function portName(vif: NetworkVif): string {
  const { path } = vhostUserSocket(vif);
  const name = path.slice(path.lastIndexOf('/') + 1);
  checkLinkName(name, 'The file name of vif.details.vhostuser_socket', vif.id);
  return name;
}
