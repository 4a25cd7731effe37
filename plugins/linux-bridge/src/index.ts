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
import { guestFilter, hasFilter, settledTap } from './guest.js';

/** Names and defaults are os-vif's. */
export class LinuxBridgeOptions {
  /** The least MTU of VLAN devices, and that of an uplink and its bridge whose network has none, in bytes. */
  @IsMtu()
  network_device_mtu = 1500;

  /** The link below VLAN devices, in place of the network's own. */
  @IsOptional()
  @IsLinkName()
  vlan_interface: string | null = null;

  /** The link that joins the bridge of a network without a VLAN, in place of the network's own. */
  @IsOptional()
  @IsLinkName()
  flat_interface: string | null = null;
}

/**
 * A guest's port on a Linux bridge of its network. Other VIFs share the bridge, the uplink and the VLAN device
 * between them: an unplug leaves all three. The guest's tap is the hypervisor's to make.
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
    const settled = settledTap(vif, links, context);
    const guest =
      settled.length > 0 || vif_name === undefined ? settled : [guestLinkIn(bridge, vif_name, mtu)];
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
    return [...guestLinkPath(bridge, vif.vif_name, { mtu }), ...later, ...carried];
  }

  /** The link below a VLAN device that the plug makes: it has to carry the network's MTU, and is not ours to change. */
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
      // The bridge is someone else's, but its network's MTU is the VIF's too.
      const used = { kind: 'link', name: bridge, types: ['bridge'], shared: true } as const;
      if (mtu !== undefined) return [{ ...used, set: { mtu } }];
      // Nova's multi_host bridges may come later.
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
      const name = this.#options.flat_interface ?? network.bridge_interface;
      // The uplink serves this network alone: it has the network's MTU, be it less or more than its own.
      const set = { ...joined, mtu: wanted ?? this.#options.network_device_mtu };
      return name ? [{ kind: 'link', name, set, shared: true, yieldAddresses: true }] : [];
    }
    const id = requireField(network, 'vlan');
    const link = this.#options.vlan_interface ?? requireField(network, 'bridge_interface');
    const mtu = await this.#vlanMtu(wanted, link, facts);
    const create = { type: 'vlan', link, id } as const;
    return [
      // The kernel does not take a VLAN device up while the link below is down (ENETDOWN).
      { kind: 'link', name: link, set: { up: true }, shared: true },
      {
        kind: 'link',
        name: `vlan${id}`,
        create,
        set: { ...joined, mtu },
        shared: true,
        yieldAddresses: true,
      },
    ];
  }

  /**
   * The network's MTU, and never less than the option's, which is all that os-vif gives a VLAN device; but no more than
   * the link below has, since the kernel refuses that.
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

/** The MAC address of the first of these links that is there: a VLAN device that is still to be made has that of the link below. */
async function macOf(names: readonly (string | undefined)[], facts: HostFacts): Promise<string | undefined> {
  const macs = await Promise.all(names.map((name) => name && facts.linkMac(name)));
  return macs.find(Boolean);
}

/**
 * A bridge has IPv6 off, unless the addresses of its uplink come to it. It has the MAC address of its uplink: of its own
 * accord it would change it with its members, and a host that is reached by the bridge would be lost to its neighbours.
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
    // What whoever made the bridge before us chose for these is theirs.
    initial: {
      ...(!needsIpv6 && { ipv6: false }),
      ...(!getsAddresses && own),
      bridge: { forwardDelay: 0, stp: false },
    },
    shared: true,
  };
}

/** VIF type `bridge` of Nova's network model, by all rules: Nova has never changed this one. */
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

/** What the package offers: inert, until a driver is given it. */
const linuxBridge: PluginPackage<{ linux_bridge: LinuxBridgeOptions }> = {
  name: '@vifkit/plugin-linux-bridge',
  provides: [LinuxBridgePlugin, BridgeConverter],
};
export default linuxBridge;
