import { type HostFacts, unsupportedVif } from '@vifkit/core';
import { linkNameFor, networkMtu, type PortSettings, type TapQueues } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import {
  type OvsBridgeStep,
  type OvsDatapathType,
  type OvsPortInitial,
  type OvsPortSettingsStep,
  type OvsPortStep,
  portIds,
} from '@vifkit/core/steps';
import type { OvsOptions } from './ovs-options.js';

/** What the plan of a plug depends on besides the VIF. */
export interface PlugContext {
  readonly instanceUuid: string;
  readonly facts: HostFacts;
  /** The queue support that the guest's card needs from a tap. */
  readonly tap: TapQueues;
  /** The port settings of the request; undefined if Neutron sets up the port. */
  readonly port: PortSettings | undefined;
  readonly options: OvsOptions;
}

/**
 * The VIF's port profile.
 * @throws VifError UNSUPPORTED_VIF
 */
export function profileOf(vif: VIFBase): VIFPortProfileOpenVSwitch {
  if (vif.port_profile instanceof VIFPortProfileOpenVSwitch) return vif.port_profile;
  throw unsupportedVif('ovs', vif, 'it needs a VIFPortProfileOpenVSwitch');
}

/**
 * The datapath of the VIF's bridge.
 * @throws VifError UNSUPPORTED_VIF
 */
export function datapathOf(vif: VIFBase, otherwise: OvsDatapathType = 'system'): OvsDatapathType {
  const type = profileOf(vif).datapath_type || otherwise;
  if (type === 'system' || type === 'netdev' || type === 'dummy') return type;
  throw unsupportedVif('ovs', vif, `its datapath_type '${type}' is neither system nor netdev`);
}

/** Neutron's id of the port, which identifies its interface; the VIF's id if the profile has none. */
export function interfaceIdOf({ id, port_profile }: VIFBase): string {
  return (port_profile instanceof VIFPortProfileOpenVSwitch && port_profile.interface_id) || id;
}

/** The port of a vhost-user socket. If Open vSwitch makes the socket, it gives it the port's name. */
export function vhostUserPort(vifId: string): string {
  return linkNameFor('vhu', vifId);
}

/** The port of a virtual function with DPDK. */
export function dpdkRepresentorPort(vifId: string): string {
  return linkNameFor('vfr', vifId);
}

/** A VIF's own bridge. */
export function portBridge(vifId: string): string {
  return linkNameFor('pb', vifId);
}

/**
 * The patch ports between that bridge (first) and the integration bridge (second). They are not links, so their names
 * have full length.
 */
export function patchPorts(vifId: string): readonly [portBridgeEnd: string, integrationBridgeEnd: string] {
  return [`pbp${vifId}`, `ibp${vifId}`];
}

/** Whether a bridge is that of a Neutron trunk port, which separates the guest's VLANs. */
export function isTrunkBridge(name: string): boolean {
  return name.startsWith('tbr-');
}

/** The bridge of the VIF's network: the integration bridge or the trunk's bridge. */
export function networkBridge(vif: VIFBase): string {
  const network = requireField(vif, 'network', vif.id);
  const own = vif instanceof VIFOpenVSwitch ? vif.bridge_name : undefined;
  return network.bridge ?? own ?? requireField(network, 'bridge', vif.id);
}

/** The bridge of the VIF's network, which has at least the network's MTU. */
export function ensuredBridge(
  vif: VIFBase,
  datapathType: OvsDatapathType,
  { options }: PlugContext,
): OvsBridgeStep {
  const mtu = networkMtu(vif);
  const name = networkBridge(vif);
  const own = isTrunkBridge(name); // it belongs to the guest's trunk port
  const mustExist = !own && !options.create_bridge;
  return {
    kind: 'ovsBridge',
    name,
    datapathType,
    ...(mtu !== undefined && { mtu }),
    ...(own && { own }),
    ...(mustExist && { mustExist }),
  };
}

/** Neutron's dead VLAN: reserved by 802.1Q, and not used by any network. */
const DEAD_VLAN = 4095;

interface Port {
  readonly name: string;
  /** The datapath type of the bridge. */
  readonly datapath: OvsDatapathType;
  /** The interface's type; a kernel link unless given. */
  readonly type?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Whether ovs-vswitchd can open it at once, because no link is still missing. */
  readonly wired: boolean;
}

/** The VIF's port on the bridge of its network. */
export function vifPort(vif: VIFBase, context: PlugContext, port: Port): OvsPortStep {
  const { name, datapath, ...rest } = port;
  const bridge = networkBridge(vif);
  return {
    kind: 'ovsPort',
    bridge,
    name,
    initial: { ...isolation(bridge, context), ...initialVlans(context), ...queueing(datapath, context) },
    externalIds: {
      ...portIds({
        interfaceId: requireField(profileOf(vif), 'interface_id', vif.id),
        address: requireField(vif, 'address', vif.id),
        instanceUuid: context.instanceUuid,
      }),
      // Neutron's agent uses this name to clean up after a trunk whose bridge is gone.
      ...(isTrunkBridge(bridge) && { bridge_name: bridge }),
    },
    mtuRequest: mtuOf(vif, context),
    ...rest,
  };
}

/** The port settings of the request. A port on a trunk's bridge belongs to Neutron. */
export function settings(name: string, { port }: PlugContext): OvsPortSettingsStep[] {
  return port ? [{ kind: 'ovsPortSettings', name, ...port }] : [];
}

/** The VLANs of a new port, which it has from the beginning. */
function initialVlans({ port }: PlugContext): OvsPortInitial {
  if (!port) return {};
  const { vlan: tag, trunks } = port;
  if (!trunks) return tag === undefined ? {} : { tag, vlanMode: 'access' };
  return tag === undefined ? { vlanMode: 'trunk', trunks } : { tag, vlanMode: 'native-untagged', trunks };
}

/** In bytes. */
export function mtuOf(vif: VIFBase, { options }: PlugContext): number {
  return networkMtu(vif) ?? options.network_device_mtu;
}

/**
 * Isolates a new port from all networks until Neutron's agent has bound it. As a trunk of one VLAN, it also drops
 * untagged traffic, whatever flows there are (Launchpad bug 2069543). On a trunk's bridge no agent would set the tag.
 */
function isolation(bridge: string, { options, port }: PlugContext): OvsPortInitial {
  if (port || !options.isolate_vif || isTrunkBridge(bridge)) return {};
  return { tag: DEAD_VLAN, vlanMode: 'trunk', trunks: [DEAD_VLAN] };
}

/** Like {@link isolation}, for a patch port, which carries no untagged traffic. */
export function patchIsolation(bridge: string, { options }: PlugContext): OvsPortInitial {
  return options.isolate_vif && !isTrunkBridge(bridge) ? { tag: DEAD_VLAN } : {};
}

/** The kernel implements queueing: a userspace port has none. */
export function queueing(datapath: OvsDatapathType, { options }: PlugContext): OvsPortInitial {
  return datapath === 'system' ? { qosType: options.default_qos_type } : {};
}
