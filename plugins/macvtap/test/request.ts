export const plain = { macvtap_source: 'eth0', macvtap_mode: 'bridge', physical_interface: 'eth0' };
export const onVlan = { ...plain, macvtap_source: 'vlan1871', vlan: '1871' };

/** A request for a VIF of type `macvtap`. */
export function request(details: object, id = '3a29e9e2-7f40-4b5c-9d6e-1f2a3b4c5d03') {
  return {
    vif: { id, address: 'fa:16:3e:50:00:03', type: 'macvtap', vnic_type: 'macvtap', details },
    instance: { uuid: '5c2e7091-3d4f-4e50-8b12-c3d4e5f60703' },
  };
}
