export const id = '5f0e7c3a-1d2b-4c5d-8e6f-90a1b2c3d401';
export const name = 'tap5f0e7c3a-1d';

/** A request for a VIF of type `midonet`. */
export function request() {
  const vif = { id, address: 'fa:16:3e:20:00:01', type: 'midonet', devname: name };
  return { vif, instance: { uuid: '8d6a5f12-7b3c-4d1e-9f20-a1b2c3d4e501' } };
}
