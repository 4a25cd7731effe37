import { type HostFacts, unsupportedVif } from '@vifkit/core';
import { networkMtu, type PortSettings, type TapQueues } from '@vifkit/core/nova';
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
  /** What the guest's card asks of a tap. */
  readonly tap: TapQueues;
  /** What the request says of the port; undefined where Neutron settles it. */
  readonly port: PortSettings | undefined;
  readonly options: OvsOptions;
}

/** The VIF's port profile. @throws VifError UNSUPPORTED_VIF */
export function profileOf(vif: VIFBase): VIFPortProfileOpenVSwitch {
  if (vif.port_profile instanceof VIFPortProfileOpenVSwitch) return vif.port_profile;
  throw unsupportedVif('ovs', vif, 'it needs a VIFPortProfileOpenVSwitch');
}

/** The datapath of the VIF's bridge. @throws VifError UNSUPPORTED_VIF */
export function datapathOf(vif: VIFBase, otherwise: OvsDatapathType = 'system'): OvsDatapathType {
  const type = profileOf(vif).datapath_type || otherwise;
  if (type === 'system' || type === 'netdev' || type === 'dummy') return type;
  throw unsupportedVif('ovs', vif, `its datapath_type '${type}' is neither system nor netdev`);
}

/** Neutron's id of the port, by which its interface is known; the VIF's own where the profile has none. */
export function interfaceIdOf({ id, port_profile }: VIFBase): string {
  return (port_profile instanceof VIFPortProfileOpenVSwitch && port_profile.interface_id) || id;
}

/** os-vif's and Neutron's names of links have 14 characters, one less than the kernel would take. */
const LINK_LENGTH = 14;

/** The port of a vhost-user socket, after which Open vSwitch names a socket that it makes. */
export function vhostUserPort(vifId: string): string {
  return `vhu${vifId}`.slice(0, LINK_LENGTH);
}

/** The port of a virtual function that DPDK has. */
export function dpdkRepresentorPort(vifId: string): string {
  return `vfr${vifId}`.slice(0, LINK_LENGTH);
}

/** A VIF's own bridge. */
export function portBridge(vifId: string): string {
  return `pb${vifId}`.slice(0, LINK_LENGTH);
}

/** The patch ports between that bridge (first) and the integration bridge (second): no links, so of full length. */
export function patchPorts(vifId: string): readonly [portBridgeEnd: string, integrationBridgeEnd: string] {
  return [`pbp${vifId}`, `ibp${vifId}`];
}

/** Whether a bridge is that of a Neutron trunk port: the guest's VLANs are told apart there. */
export function isTrunkBridge(name: string): boolean {
  return name.startsWith('tbr-');
}

/** The name of the integration bridge, or of the trunk's bridge: that of the VIF's network. */
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
  const own = isTrunkBridge(name); // of the guest's one trunk port
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

/** Neutron's VLAN for traffic that goes nowhere: reserved by 802.1Q, and no network's. */
const DEAD_VLAN = 4095;

interface Port {
  readonly name: string;
  /** That of the bridge. */
  readonly datapath: OvsDatapathType;
  /** The interface's type; that of a link of the kernel unless given. */
  readonly type?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Whether ovs-vswitchd can open it at once: no link is still to come. */
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
      // Neutron's agent cleans up after a trunk whose bridge is gone by the name that is left here.
      ...(isTrunkBridge(bridge) && { bridge_name: bridge }),
    },
    mtuRequest: mtuOf(vif, context),
    ...rest,
  };
}

/** What the request says of the port. A port on a trunk's bridge is Neutron's. */
export function settings(name: string, { port }: PlugContext): OvsPortSettingsStep[] {
  return port ? [{ kind: 'ovsPortSettings', name, ...port }] : [];
}

/** A new port is in its VLANs from the beginning. */
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
 * Keeps a new port from all networks until Neutron's agent has bound it. As a trunk of one VLAN, it drops untagged
 * traffic as well, whatever flows there are (Launchpad bug 2069543). On a trunk's bridge no agent would set the tag.
 */
function isolation(bridge: string, { options, port }: PlugContext): OvsPortInitial {
  if (port || !options.isolate_vif || isTrunkBridge(bridge)) return {};
  return { tag: DEAD_VLAN, vlanMode: 'trunk', trunks: [DEAD_VLAN] };
}

/** As {@link isolation}, for a patch port, through which nothing untagged comes. */
export function patchIsolation(bridge: string, { options }: PlugContext): OvsPortInitial {
  return options.isolate_vif && !isTrunkBridge(bridge) ? { tag: DEAD_VLAN } : {};
}

/** Queueing is the kernel's: a port in userspace has none. */
export function queueing(datapath: OvsDatapathType, { options }: PlugContext): OvsPortInitial {
  return datapath === 'system' ? { qosType: options.default_qos_type } : {};
}
