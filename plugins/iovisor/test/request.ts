export const id = '7b2a9e5c-3f4d-4e6f-a081-12b3c4d5e603';
export const name = 'tap7b2a9e5c-3f';
export const address = 'fa:16:3e:20:00:03';
export const networkId = '4d6f8ba2-5c7e-4091-b2c3-d4e5f6071803';
export const projectId = 'e4c18495e224fedf5afbb7349be6aa11';

/** A request for a VIF of type `iovisor`. */
export function request(network: object = { id: networkId }) {
  const vif = { id, address, type: 'iovisor', devname: name, network };
  return { vif, instance: { uuid: 'af8c7b34-9d5e-4f30-b142-c3d4e5f60703', project_id: projectId } };
}
