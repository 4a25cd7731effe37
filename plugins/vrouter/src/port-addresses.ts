/** The addresses of a port as vRouter is told them. */
export interface PortAddresses {
  /** `0.0.0.0` when there is none. */
  readonly ipv4: string;
  /** `None` when there is none. */
  readonly ipv6: string;
}

/**
 * vRouter takes one address of each version: the first of a subnet, and of several subnets the last one's.
 * @param subnets the addresses of each subnet
 */
export function portAddresses(subnets: readonly (readonly (string | undefined)[])[]): PortAddresses {
  const first = subnets.flatMap(([address]) => address ?? []);
  return {
    ipv4: first.findLast((address) => !address.includes(':')) ?? '0.0.0.0',
    ipv6: first.findLast((address) => address.includes(':')) ?? 'None',
  };
}
