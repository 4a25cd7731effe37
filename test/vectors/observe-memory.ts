import type { LinkState } from '@vifkit/host/parts';
import type { MemoryHost } from '@vifkit/testkit';
import type { Observation } from './expectation.js';
import type { ExpectedLink } from './rows.js';

/** A host in memory, in the rows' words. */
export function observeMemory(host: MemoryHost): Observation {
  const { links, ovs } = host.snapshot();
  // A bridge's local port goes without saying.
  const others = Object.entries(ovs.ports).filter(([name]) => !(name in ovs.bridges));
  const ports = others.map(([name, { bridge, interface: own }]) => {
    return [name, { bridge, type: own?.type ?? '', external_ids: { ...own?.externalIds } }] as const;
  });
  const bridges = Object.entries(ovs.bridges).map(([name, { datapathType }]) => [name, { datapath_type: datapathType }]);
  return {
    links: Object.fromEntries(Object.values(links).map((link) => [link.name, linkOf(link)])),
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
