export const vif = {
  id: '29755d96-9990-4b1c-9c7e-2f3a5d5a1d11',
  address: 'fa:16:3e:c0:7c:00',
  type: 'ovs',
  devname: 'tap29755d96-99',
  details: { port_filter: true, ovs_hybrid_plug: true },
  network: {
    id: 'a648a7dd-8a9a-025b-f06c-6196e1988ad9',
    bridge: 'br-int',
    subnets: [],
    meta: { mtu: 1450 },
  },
};

/** A request as Nova would make it, for a hybrid port on Open vSwitch. */
export const request = {
  id: 'port-1',
  vif,
  instance: {
    uuid: 'b3f4ad0c-9b7a-4a4e-8f43-1f8ce2d9a6d1',
    name: 'instance-00000001',
    project_id: '7c9d6f4e8a3b4f0c9f3f5f1b2f0d6a11',
    display_name: 'web-1',
  },
};
