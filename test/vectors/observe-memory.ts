import type { LinkState } from '@vifkit/host/parts';
import type { MemoryHost } from '@vifkit/testkit';
import type { Observation } from './expectation.js';
import type { ExpectedLink } from './rows.js';
import type { Setup } from './setup.js';

/** A host in memory, in the rows' words. */
export function observeMemory(host: MemoryHost, { functions }: Setup): Observation {
  const { links, ovs, vfs } = host.snapshot();
  const virtual = Object.entries(functions).map(([address, { pf, index }]) => ({ pf, index, ...vfs[address] }));
  const functionsOf = (name: string) => virtual.filter(({ pf }) => pf === name);
  // A bridge's local port goes without saying.
  const others = Object.entries(ovs.ports).filter(([name]) => !(name in ovs.bridges));
  const ports = others.map(([name, { bridge, interface: own }]) => {
    return [name, { bridge, type: own?.type ?? '', external_ids: { ...own?.externalIds } }] as const;
  });
  const bridges = Object.entries(ovs.bridges).map(([name, { datapathType }]) => [name, { datapath_type: datapathType }]);
  return {
    links: Object.fromEntries(
      Object.values(links).map((link) => [link.name, { ...linkOf(link), vfs: settingsOf(functionsOf(link.name)) }]),
    ),
    ports: Object.fromEntries(ports),
    bridges: Object.fromEntries(bridges),
  };
}

function linkOf({ type, bridge, vlan, ipv6, name: _, ...rest }: LinkState): ExpectedLink {
  return {
    ...rest,
    kind: type,
    disable_ipv6: ipv6 === false,
    ...(vlan && { link: vlan.link, id: vlan.id }),
    ...(bridge && {
      forward_delay: bridge.forwardDelay,
      stp: bridge.stp,
      multicast_snooping: bridge.multicastSnooping,
    }),
  };
}

function settingsOf(functions: readonly { index: number; mac?: string; vlan?: number }[]) {
  return Object.fromEntries(functions.map(({ index, mac = '', vlan = 0 }) => [index, { mac, vlan: String(vlan) }]));
}
