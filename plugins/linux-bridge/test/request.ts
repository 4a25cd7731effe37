export const bridge = 'brq5b0e6f0a-93';

/** A request for a VIF of type `bridge`, with this metadata of its network. */
export function request(meta: Readonly<Record<string, unknown>>) {
  return {
    vif: {
      id: '8a1c0d52-6f3b-4b8e-9d0c-2f5e7a914c01',
      address: 'fa:16:3e:10:00:01',
      type: 'bridge',
      devname: 'tap8a1c0d52-6f',
      details: { port_filter: true },
      network: { id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01', bridge, meta },
    },
    instance: { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401', name: 'instance-00000001' },
  };
}

/** The same, of a network service that does not filter: the host has to. */
export function unfiltered(meta: Readonly<Record<string, unknown>>) {
  const { vif, instance } = request(meta);
  const ips = [{ address: '192.0.2.5' }, { address: '2001:db8::5' }];
  const network = { ...vif.network, subnets: [{ ips: ips.slice(0, 1) }, { ips: ips.slice(1) }] };
  return { vif: { ...vif, details: {}, network }, instance, firewall: 'iptables' };
}
