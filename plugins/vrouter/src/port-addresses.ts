import type { NetworkVif } from '@vifkit/core';

/** The addresses of a port as vRouter is told them. */
export interface PortAddresses {
  /** `0.0.0.0` when there is none. */
  readonly ipv4: string;
  /** `None` when there is none. */
  readonly ipv6: string;
}

/** vRouter takes one address of each version: the first of a subnet, and of several subnets the last one's. */
export function portAddresses(subnets: NetworkVif['network']['subnets']): PortAddresses {
  const first = subnets.flatMap(({ ips }) => ips.slice(0, 1));
  const last = (version: number) =>
    first.findLast((ip) => ip.version === version && ip.address !== undefined)?.address;
  return { ipv4: last(4) ?? '0.0.0.0', ipv6: last(6) ?? 'None' };
}
