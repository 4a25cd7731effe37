const id = '7cef93de-b514-4d6e-8f70-3b4c5d6e7f05';
export const tap = 'tap7cef93de-b5';
export const [qbr, qvb, qvo] = ['qbr7cef93de-b5', 'qvb7cef93de-b5', 'qvo7cef93de-b5'] as const;
export const hybrid = { ovs_hybrid_plug: true, port_filter: true };

/** The same by the rules of today's Nova: on the object path. */
export const current = <T extends object>(given: T) => ({ routing: 'current', ...given });

/** A request for a VIF of type `ivs`. */
export function request(details: object = {}, meta: object = {}) {
  return {
    vif: { id, address: 'fa:16:3e:60:00:05', type: 'ivs', devname: tap, details, network: { meta } },
    instance: { uuid: '6d3f81a2-4e50-4f61-9c23-d4e5f6071805', name: 'instance-00000005' },
  };
}
