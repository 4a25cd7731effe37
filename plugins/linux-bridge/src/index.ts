import {
  announce,
  type HostFacts,
  IsLinkName,
  IsMtu,
  inject,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifConverter,
  type VifPlugin,
  vifConverter,
  vifPlugin,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type NetworkVif, networkMtu, toVifFields } from '@vifkit/core/nova';
import { type Network, requireField, type VIFBase, VIFBridge } from '@vifkit/core/os-vif';
import { guestLinkIn, guestLinkPath, type LinkStep } from '@vifkit/core/steps';
import { IsOptional } from '@vifkit/core/validation';
import { configuredTap, guestFilter, hasFilter } from './guest.js';

/** Names and defaults are those of os-vif. */
export class LinuxBridgeOptions {
  /** The minimum MTU of VLAN devices, and the MTU of an uplink and its bridge whose network has none, in bytes. */
  @IsMtu()
  network_device_mtu = 1500;

  /** The lower link of VLAN devices, instead of the network's own. */
  @IsOptional()
  @IsLinkName()
  vlan_interface: string | null = null;

  /** The link that becomes a member of the bridge of a network without a VLAN, instead of the network's own. */
  @IsOptional()
  @IsLinkName()
  flat_interface: string | null = null;
}

/**
 * A guest's port on a Linux bridge of its network. Other VIFs share the bridge, the uplink and the VLAN device, so an
 * unplug leaves all three. The hypervisor makes the guest's tap.
 */
@vifPlugin({
  name: 'linux_bridge',
  options: LinuxBridgeOptions,
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
    { kind: 'bridge', name: 'Linux bridges', from: 'the kernel' },
    { kind: 'program', name: 'nft', from: 'nftables; filtering guests needs it' },
    { kind: 'module', name: '8021q', from: "the kernel's modules; VLAN devices need it" },
  ],
})
export class LinuxBridgePlugin implements VifPlugin {
  readonly #options: LinuxBridgeOptions;

  constructor(@inject(LinuxBridgeOptions) options: LinuxBridgeOptions) {
    this.#options = options;
  }

  describe() {
    return announce('linux_bridge', [[VIFBridge, []]]);
  }

  async plug(given: VIFBase, context: PlanContext): Promise<Plan> {
    const { vif, bridge, network } = parts(given);
    const filter = hasFilter(vif, context) ? [guestFilter(vif)] : [];
    const mtu = networkMtu(vif);
    const links = await this.#links(bridge, network, mtu, context.facts);
    const { vif_name } = vif;
    const configured = configuredTap(vif, links, context);
    const guest =
      configured.length > 0 || vif_name === undefined ? configured : [guestLinkIn(bridge, vif_name, mtu)];
    return [...filter, ...links, ...guest];
  }

  path(given: VIFBase, context: PlanContext): Leg[] {
    const { vif, bridge, network } = parts(given);
    const mtu = networkMtu(vif);
    const awaited: Leg = { kind: 'bridge', name: bridge, awaited: 'nova-network' };
    const later = network.multi_host ? [awaited] : [];
    const below = this.#below(network);
    const carried: Leg[] = below && mtu !== undefined ? [{ kind: 'uplink', name: below, mtu }] : [];
    if (vif.vif_name === undefined || context.port) return [...later, ...carried]; // the plan makes its tap
    const partner = this.#member(network);
    const sized = { mtu, ...(partner !== undefined && { partner }) };
    return [...guestLinkPath(bridge, vif.vif_name, sized), ...later, ...carried];
  }

  /** The member that connects the bridge to the network, if the plug adds it. */
  #member(network: Network): string | undefined {
    if (!providesBridge(network)) return undefined;
    if (network.should_provide_vlan) return vlanName(requireField(network, 'vlan'));
    return this.#options.flat_interface ?? network.bridge_interface ?? undefined;
  }

  /**
   * The lower link of a VLAN device that the plug makes: it must support the network's MTU, and is not ours to change.
   */
  #below(network: Network): string | undefined {
    if (!providesBridge(network) || !network.should_provide_vlan) return undefined;
    return this.#options.vlan_interface ?? network.bridge_interface ?? undefined;
  }

  unplug(given: VIFBase, context: PlanContext): Plan {
    const { vif } = parts(given);
    const name = requireField(vif, 'vif_name', vif.id);
    return [
      ...(hasFilter(vif, context) ? [{ kind: 'guestFilterAbsent', name } as const] : []),
      ...(context.port ? [{ kind: 'linkAbsent', name, type: 'tap', own: true } as const] : []),
    ];
  }

  async #links(
    bridge: string,
    network: Network,
    mtu: number | undefined,
    facts: HostFacts,
  ): Promise<LinkStep[]> {
    if (!providesBridge(network)) {
      // The bridge belongs to somebody else, but its network's MTU is the VIF's too.
      const used = { kind: 'link', name: bridge, types: ['bridge'], shared: true } as const;
      if (mtu !== undefined) return [{ ...used, set: { mtu } }];
      // Nova's multi_host bridges may be made later.
      return (await facts.linkMtu(bridge)) === undefined ? [] : [used];
    }
    const uplink = await this.#uplink(bridge, network, mtu, facts);
    const [below, member = below] = uplink;
    const [mac, addresses] = await Promise.all([
      macOf([member?.name, below?.name], facts),
      member === undefined ? [] : facts.linkAddresses(member.name),
    ]);
    const own = network.should_provide_vlan ? mtu : (member?.set?.mtu ?? mtu);
    return [bridgeStep(bridge, own, mac, addresses), ...uplink];
  }

  async #uplink(
    bridge: string,
    network: Network,
    wanted: number | undefined,
    facts: HostFacts,
  ): Promise<LinkStep[]> {
    const joined = { up: true, master: bridge };
    if (!network.should_provide_vlan) {
      const name = this.#member(network);
      // The uplink serves only this network: it gets the network's MTU, whether smaller or larger than its own.
      const set = { ...joined, mtu: wanted ?? this.#options.network_device_mtu };
      return name ? [{ kind: 'link', name, set, shared: true, yieldAddresses: true }] : [];
    }
    const id = requireField(network, 'vlan');
    const link = this.#options.vlan_interface ?? requireField(network, 'bridge_interface');
    const mtu = await this.#vlanMtu(wanted, link, facts);
    const create = { type: 'vlan', link, id } as const;
    return [
      // The kernel does not set a VLAN device up while its lower link is down (ENETDOWN).
      { kind: 'link', name: link, set: { up: true }, shared: true },
      {
        kind: 'link',
        name: vlanName(id),
        create,
        set: { ...joined, mtu },
        shared: true,
        yieldAddresses: true,
      },
    ];
  }

  /**
   * The network's MTU, but not less than the option's, which os-vif gives to all VLAN devices, and not more than that
   * of the lower link, which the kernel would refuse.
   */
  async #vlanMtu(wanted: number | undefined, below: string, facts: HostFacts): Promise<number> {
    const mtu = Math.max(wanted ?? 0, this.#options.network_device_mtu);
    return Math.min(mtu, (await facts.linkMtu(below)) ?? mtu);
  }
}

function parts(vif: VIFBase): { vif: VIFBridge; bridge: string; network: Network } {
  if (!(vif instanceof VIFBridge)) throw unsupportedVif('linux_bridge', vif);
  return {
    vif,
    bridge: requireField(vif, 'bridge_name', vif.id),
    network: requireField(vif, 'network', vif.id),
  };
}

function providesBridge(network: Network): boolean {
  // With multi_host, nova-network makes the bridge on each host.
  return network.should_provide_bridge && !network.multi_host;
}

function vlanName(id: number): string {
  return `vlan${id}`;
}

/**
 * The MAC address of the first of these links that exists: a VLAN device that is still to be made will have that of its
 * lower link.
 */
async function macOf(names: readonly (string | undefined)[], facts: HostFacts): Promise<string | undefined> {
  const macs = await Promise.all(names.map((name) => name && facts.linkMac(name)));
  return macs.find(Boolean);
}

/**
 * IPv6 is disabled on a bridge, unless the addresses of its uplink move to it. The bridge has the MAC address of its
 * uplink. Otherwise the kernel would change it with the members, and a host that is reached through the bridge would
 * become unreachable for its neighbours.
 */
function bridgeStep(
  name: string,
  mtu: number | undefined,
  mac: string | undefined,
  addresses: readonly string[],
): LinkStep {
  const needsIpv6 = addresses.some((address) => address.includes(':'));
  const own = mac === undefined ? {} : { address: mac };
  const getsAddresses = addresses.length > 0;
  return {
    kind: 'link',
    name,
    create: { type: 'bridge' },
    set: {
      up: true,
      ...(mtu !== undefined && { mtu }),
      ...(needsIpv6 && { ipv6: true }),
      ...(getsAddresses && own),
    },
    // An existing bridge keeps the values that its maker chose for these.
    initial: {
      ...(!needsIpv6 && { ipv6: false }),
      ...(!getsAddresses && own),
      bridge: { forwardDelay: 0, stp: false },
    },
    shared: true,
  };
}

/** VIF type `bridge` of Nova's network model, by any rules: Nova has never changed this type. */
@vifConverter({ type: 'bridge' })
export class BridgeConverter implements VifConverter {
  convert(vif: NetworkVif): VIFBase {
    const { bridge } = vif.network;
    return new VIFBridge({
      ...toVifFields(vif),
      plugin: 'linux_bridge',
      ...(bridge !== undefined && { bridge_name: bridge }),
    });
  }
}

/** What the package provides. It is inert until it is given to a driver. */
const linuxBridge: PluginPackage<{ linux_bridge: LinuxBridgeOptions }> = {
  name: '@vifkit/plugin-linux-bridge',
  provides: [LinuxBridgePlugin, BridgeConverter],
};
export default linuxBridge;
