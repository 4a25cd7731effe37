import type { VirtualFunction } from '@vifkit/core';
import type { Row } from './rows.js';

/** What has to be there before a row's operation. */
export interface Setup {
  /** Links that the reference was told of: taps by their names. */
  readonly taps: readonly string[];
  /** Physical links: the network's, if it has one, and the one below a macvtap or its VLAN device. */
  readonly uplinks: readonly string[];
  /** Linux bridges that someone else has made. */
  readonly bridges: readonly string[];
  /** Open vSwitch bridges that someone else has made. */
  readonly ovsBridges: readonly string[];
  /** By PCI address. */
  readonly functions: Readonly<Record<string, VirtualFunction>>;
  /**
   * What the functions have, by PCI address; nothing unless given. The reference leaves a VIF's MAC address on its
   * function, which gets back here what it had. So that the row says of both what is right, the function that is
   * unplugged is one that the reference has had in use: it had the VIF's address before, and no VLAN.
   */
  readonly vfs: Readonly<Record<string, { readonly mac: string }>>;
  /**
   * Requests of other VIFs, plugged beside the row's. The reference never removes a macvtap's VLAN, since it does not
   * know who else uses it. Ours goes with the last of its VIFs; so that the row says of both what is right, another
   * VIF is still there when the row's is unplugged.
   */
  readonly companions: readonly object[];
}

export function setupOf(row: Row): Setup {
  const { op, host, vif, expect } = row;
  const { bridge, meta } = vif.network;
  const links = Object.entries(expect.links ?? {});
  const foreign = links.filter(([name, { kind }]) => kind === undefined && name === bridge);
  const functions = Object.entries(host.pci ?? {}).map(([address, { pf_ifname, vf_ifname, vf }]) => {
    return [address, { pf: pf_ifname, index: vf, netDevice: vf_ifname }] as const;
  });
  const { vlan, physical_interface, macvtap_source } = vif.details;
  const below = vlan === undefined ? macvtap_source : physical_interface;
  return {
    taps: host.existing_links ?? [],
    uplinks: [meta.bridge_interface, below].filter((name) => typeof name === 'string'),
    bridges: vif.type === 'bridge' ? foreign.map(([name]) => name) : [],
    // Only the os-vif path makes the bridge of its port.
    ovsBridges: vif.details.vhostuser_ovs_plug === true ? [bridge] : [],
    functions: Object.fromEntries(functions),
    vfs: op === 'unplug' ? Object.fromEntries(functions.map(([address]) => [address, { mac: vif.address }])) : {},
    companions: vif.type === 'macvtap' && op === 'unplug' ? [{ ...row, vif: { ...vif, id: companionOf(vif.id) } }] : [],
  };
}

/** The id of another VIF. */
function companionOf(id: string): string {
  return id.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
}
