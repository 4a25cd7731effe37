import { tap, trunk } from './cases.js';

/** A difference between what os-vif 3.0.0 and vifkit leave. */
interface Found {
  readonly fact: string;
  readonly osVif: unknown;
  readonly vifkit: unknown;
  /** The bridge of the case's network, and whether the tap is on a bridge of its own. */
  readonly onTrunk: boolean;
  readonly onPortBridge: boolean;
}

export interface Intended {
  readonly reason: string;
  covers(found: Found): boolean;
}

const DEAD = 4095;
const isUnset = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);

/** In what vifkit is to differ from os-vif 3.0.0, and why. docs/os-vif.md tells the same. */
export const intended: readonly Intended[] = [
  {
    reason: 'links, ports and bridges that vifkit made carry its mark, without which it removes nothing',
    covers: ({ fact, osVif }) =>
      isUnset(osVif) &&
      /^(link \S+ alias|(Port|Bridge|QoS) \S+ external_ids:vifkit(-vif|-port)?)$/.test(fact),
  },
  {
    reason: 'the MTU is asked of Open vSwitch too, which keeps it when a link comes later or comes back',
    covers: ({ fact, osVif, vifkit }) =>
      isUnset(osVif) && isMtu(vifkit) && /^Interface \S+ mtu_request$/.test(fact),
  },
  {
    reason: 'the local port of the network’s bridge has at least the network’s MTU',
    covers: ({ fact, vifkit }) => isMtu(vifkit) && /^link (br-int|tbr-\S+) mtu$/.test(fact),
  },
  {
    reason:
      'both ends of the veth pair are promiscuous, as 5.1 has it: 3.0.0 means it, and clears the flag instead',
    covers: ({ fact, osVif, vifkit }) =>
      /^link qvb\S+ promisc$/.test(fact) && osVif === false && vifkit === true,
  },
  {
    reason: 'the ends of the veth pair have no IPv6: os-vif turns it off on the bridge between them alone',
    covers: ({ fact, osVif, vifkit }) =>
      /^link qv[bo]\S+ disable_ipv6$/.test(fact) && String(osVif) === '0' && String(vifkit) === '1',
  },
  {
    reason: 'a port on a trunk’s bridge names the bridge, as 5.1 has it, for Neutron’s agent to clean up by',
    covers: ({ fact, osVif, vifkit }) =>
      fact === `Interface ${tap} external_ids:bridge_name` && isUnset(osVif) && vifkit === trunk,
  },
  {
    reason:
      'an isolated port is a trunk of the dead VLAN, as 5.1 has it: without that, untagged traffic may pass',
    covers: ({ fact, osVif, vifkit }) =>
      isUnset(osVif) &&
      ((/^Port \S+ vlan_mode$/.test(fact) && vifkit === 'trunk') ||
        (/^Port \S+ trunks$/.test(fact) && vifkit === DEAD)),
  },
  {
    reason: 'no port is isolated on a trunk’s bridge, as 5.1 has it: no agent would set its tag there',
    covers: ({ fact, osVif, vifkit, onTrunk }) =>
      onTrunk && fact === `Port ${tap} tag` && osVif === DEAD && isUnset(vifkit),
  },
  {
    reason:
      'no tap is isolated on a bridge of its own, but the patch port is: no agent would set a tag on the tap',
    covers: ({ fact, osVif, vifkit, onPortBridge }) =>
      onPortBridge && fact === `Port ${tap} tag` && osVif === DEAD && isUnset(vifkit),
  },
  {
    reason: 'a port that Neutron’s agent has bound keeps its VLAN when it is plugged again, as 5.1 has it',
    covers: ({ fact, osVif, vifkit }) => fact === `Port ${tap} tag` && osVif === DEAD && vifkit === 7,
  },
];

function isMtu(value: unknown): boolean {
  return value === 1450 || value === 1400;
}
