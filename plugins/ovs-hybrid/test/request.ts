export const id = 'ac3e2f74-815d-4daf-9f2e-41709cb36e03';
export const instance = { uuid: '20215e6f-3d4c-4e8f-a0b1-c2d3e4f50603', name: 'instance-00000003' };
export const address = 'fa:16:3e:10:00:03';
export const hybrid = { ovs_hybrid_plug: true, port_filter: true };

/** A request for a VIF of type `ovs`. */
export function request(details: object, meta: object = {}, rest: object = {}) {
  const network = { id: '7d20812c-b5c3-4e75-ae90-2f513c4d6e03', bridge: 'br-int', meta };
  const vif = { id, address, type: 'ovs', devname: 'tapac3e2f74-81', details, network, ...rest };
  return { vif, instance };
}
