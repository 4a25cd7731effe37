/** A request for a VIF of type `tap`. */
export function request({ mac, mtu }: { mac?: string; mtu?: number }) {
  return {
    vif: {
      id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
      address: 'fa:16:3e:10:00:02',
      type: 'tap',
      devname: 'tap9b2d1e63-70',
      details: { ...(mac && { mac_address: mac }) },
      network: { meta: { ...(mtu && { mtu }) } },
    },
    instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
  };
}
