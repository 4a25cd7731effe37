import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase } from '@vifkit/core/os-vif';
import {
  type OvsDatapathType,
  type OvsPortInitial,
  type OvsPortSettingsStep,
  type OvsPortStep,
  portIds,
} from '@vifkit/core/steps';
import { networkBridge } from './bridges.js';
import { isTrunkBridge } from './names.js';
import type { PlugContext } from './plug-context.js';
import { profileOf } from './port-profile.js';

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
