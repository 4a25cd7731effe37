import {
  type OvsBridgeStep,
  type OvsDatapathType,
  type OvsPortStep,
  portIds,
  requireField,
  unsupportedVif,
  type VIFBase,
  VIFPortProfileOpenVSwitch,
} from '@vifkit/core';

/** The VIF's port profile. @throws VifError UNSUPPORTED_VIF */
export function profileOf(vif: VIFBase): VIFPortProfileOpenVSwitch {
  if (vif.port_profile instanceof VIFPortProfileOpenVSwitch) return vif.port_profile;
  throw unsupportedVif('ovs', vif, 'it needs a VIFPortProfileOpenVSwitch');
}

/** The integration bridge of the VIF's network. */
export function integrationBridge(vif: VIFBase, name: string): OvsBridgeStep {
  const { mtu } = requireField(vif, 'network', vif.id);
  return { kind: 'ovsBridge', name, datapathType: datapathOf(vif), ...(mtu !== null && { mtu }) };
}

interface Port {
  readonly name: string;
  readonly bridge: string;
  readonly mtu: number;
  /** Whether the link is there already, so that ovs-vswitchd can open it at once. */
  readonly wired: boolean;
}

/** The VIF's port, with the external ids by which Neutron's agents and OVN know it. */
export function vifPort(vif: VIFBase, instanceUuid: string, { name, bridge, mtu, wired }: Port): OvsPortStep {
  return {
    kind: 'ovsPort',
    bridge,
    name,
    externalIds: portIds({
      interfaceId: requireField(profileOf(vif), 'interface_id', vif.id),
      address: requireField(vif, 'address', vif.id),
      instanceUuid,
    }),
    mtuRequest: mtu,
    wired,
  };
}

function datapathOf(vif: VIFBase): OvsDatapathType {
  const type = profileOf(vif).datapath_type || 'system';
  if (type === 'system' || type === 'netdev' || type === 'dummy') return type;
  throw unsupportedVif('ovs', vif, `its datapath_type '${type}' is neither system nor netdev`);
}
