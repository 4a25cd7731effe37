export const id = '6a1f8d4b-2e3c-4d5e-9f70-01a2b3c4d502';
export const name = 'tap6a1f8d4b-2e';
export const networkId = '3c5e7a91-4b6d-4f80-a1b2-c3d4e5f60702';
export const instance = {
  uuid: '9e7b6a23-8c4d-4e2f-a031-b2c3d4e5f602',
  project_id: 'd3b07384d113edec49eaa6238ad5ff00',
  display_name: 'web',
};

/** A request for a VIF of type `vrouter`, with these addresses in each subnet. */
export function request({ subnets = [], network = {} }: { subnets?: string[][]; network?: object } = {}) {
  const address = 'fa:16:3e:20:00:02';
  const ips = subnets.map((addresses) => ({
    ips: addresses.map((each) => ({ address: each, version: each.includes(':') ? 6 : 4 })),
  }));
  const vif = {
    id,
    address,
    type: 'vrouter',
    devname: name,
    network: { id: networkId, subnets: ips, ...network },
  };
  return { vif, instance };
}
