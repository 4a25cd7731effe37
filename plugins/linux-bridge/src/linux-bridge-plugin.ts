import {
  announce,
  type HostFacts,
  inject,
  type LinkStep,
  type Network,
  type Plan,
  type PlanContext,
  requireField,
  unsupportedVif,
  type VIFBase,
  VIFBridge,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { LinuxBridgeOptions } from './linux-bridge-options.js';

/**
 * A guest's port on a Linux bridge of its network. Other VIFs share the bridge, the uplink and the VLAN device
 * between them: an unplug leaves all three. The guest's tap is the hypervisor's to make.
 */
@vifPlugin({
  name: 'linux_bridge',
  options: LinuxBridgeOptions,
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
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

  async plug(vif: VIFBase, { facts }: PlanContext): Promise<Plan> {
    const { bridge, network } = parts(vif);
    if (!providesBridge(network)) {
      // The bridge is someone else's, but its network's MTU is the VIF's too.
      return network.mtu === null
        ? []
        : [{ kind: 'link', name: bridge, set: { mtu: network.mtu }, shared: true }];
    }
    return [bridgeStep(bridge, network.mtu), ...(await this.#uplink(bridge, network, facts))];
  }

  unplug(vif: VIFBase): Plan {
    parts(vif);
    return [];
  }

  async #uplink(bridge: string, network: Network, facts: HostFacts): Promise<LinkStep[]> {
    const joined = { up: true, master: bridge };
    if (!network.should_provide_vlan) {
      const uplink = this.#options.flat_interface ?? network.bridge_interface;
      return uplink ? [{ kind: 'link', name: uplink, set: joined, shared: true }] : [];
    }
    const id = requireField(network, 'vlan');
    const link = this.#options.vlan_interface ?? requireField(network, 'bridge_interface');
    const mtu = await this.#vlanMtu(network.mtu, link, facts);
    const create = { type: 'vlan', link, id } as const;
    return [
      // The kernel does not take a VLAN device up while the link below is down (ENETDOWN).
      { kind: 'link', name: link, set: { up: true }, shared: true },
      { kind: 'link', name: `vlan${id}`, create, set: { ...joined, mtu }, shared: true },
    ];
  }

  /**
   * As much of the network's MTU as the link below can carry (the kernel refuses more), and never less than
   * the option's, which is all that os-vif gives a VLAN device.
   */
  async #vlanMtu(wanted: number | null, below: string, facts: HostFacts): Promise<number> {
    const least = this.#options.network_device_mtu;
    if (wanted === null || wanted <= least) return least;
    const most = (await facts.linkMtu(below)) ?? least;
    return Math.max(least, Math.min(wanted, most));
  }
}

function parts(vif: VIFBase): { bridge: string; network: Network } {
  if (!(vif instanceof VIFBridge)) throw unsupportedVif('linux_bridge', vif);
  return { bridge: requireField(vif, 'bridge_name', vif.id), network: requireField(vif, 'network', vif.id) };
}

function providesBridge(network: Network): boolean {
  // With multi_host, nova-network makes the bridge on each host.
  return network.should_provide_bridge && !network.multi_host;
}

function bridgeStep(name: string, mtu: number | null): LinkStep {
  return {
    kind: 'link',
    name,
    create: { type: 'bridge' },
    set: { up: true, ...(mtu !== null && { mtu }) },
    // What whoever made the bridge before us chose for these is theirs.
    initial: { ipv6: false, bridge: { forwardDelay: 0, stp: false } },
    shared: true,
  };
}
