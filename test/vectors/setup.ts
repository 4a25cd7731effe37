import type { VirtualFunction } from '@vifkit/core';
import type { Row } from './rows.js';

/** What has to be there before a row's operation. */
export interface Setup {
  /** Links that the reference was told of: taps by their names. */
  readonly taps: readonly string[];
  /** Physical links: the network's, if it has one, and the one below a macvtap's VLAN device. */
  readonly uplinks: readonly string[];
  /** Linux bridges that someone else has made. */
  readonly bridges: readonly string[];
  /** Open vSwitch bridges that someone else has made. */
  readonly ovsBridges: readonly string[];
  /** By PCI address. */
  readonly functions: Readonly<Record<string, VirtualFunction>>;
}

export function setupOf({ host, vif, expect }: Row): Setup {
  const { bridge, meta } = vif.network;
  const links = Object.entries(expect.links ?? {});
  const foreign = links.filter(([name, { kind }]) => kind === undefined && name === bridge);
  const functions = Object.entries(host.pci ?? {}).map(([address, { pf_ifname, vf_ifname, vf }]) => {
    return [address, { pf: pf_ifname, index: vf, netDevice: vf_ifname }] as const;
  });
  const below = vif.details.vlan === undefined ? undefined : vif.details.physical_interface;
  return {
    taps: host.existing_links ?? [],
    uplinks: [meta.bridge_interface, below].filter((name) => typeof name === 'string'),
    bridges: vif.type === 'bridge' ? foreign.map(([name]) => name) : [],
    // Only the os-vif path makes the bridge of its port.
    ovsBridges: vif.details.vhostuser_ovs_plug === true ? [bridge] : [],
    functions: Object.fromEntries(functions),
  };
}
