const instance = { uuid: '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a11', name: 'instance-0000007b' };
const network = { id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c23' };

/** A macvtap on a virtual function, with VLAN 103. */
export function macvtapOnFunction(slot: string) {
  return {
    vif: {
      id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b04',
      address: 'fa:16:3e:7b:00:04',
      type: 'hw_veb',
      vnic_type: 'macvtap',
      details: { vlan: '103' },
      profile: { pci_slot: slot },
      network,
    },
    instance,
  };
}

/** The same with VLAN 100, on a function that is to be trusted. */
export function trustedMacvtapOnFunction(slot: string) {
  const { vif } = macvtapOnFunction(slot);
  return {
    vif: {
      ...vif,
      id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b01',
      address: 'fa:16:3e:7b:00:01',
      details: { vlan: '100' },
      profile: { pci_slot: slot, trusted: 'true' },
    },
    instance,
  };
}

/** Further ones, on functions of their own. */
export function anotherMacvtapOnFunction(slot: string, vlan: string) {
  const { vif } = macvtapOnFunction(slot);
  return {
    vif: {
      ...vif,
      id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b06',
      address: 'fa:16:3e:7b:00:06',
      details: { vlan },
    },
    instance,
  };
}

export function anotherTrustedMacvtapOnFunction(slot: string) {
  const { vif } = trustedMacvtapOnFunction(slot);
  return {
    vif: { ...vif, id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b07', address: 'fa:16:3e:7b:00:07' },
    instance,
  };
}

/** A function that a guest has as it is, and that is to be trusted, by the rules of today's Nova. */
export function trustedFunction(slot: string) {
  const { vif } = trustedMacvtapOnFunction(slot);
  const own = { id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b08', address: 'fa:16:3e:7b:00:08' };
  return { vif: { ...vif, ...own, vnic_type: 'direct' }, instance, routing: 'current' };
}

/** A port on a Linux bridge upon VLAN 101. */
export const bridgeOnVlan = {
  vif: {
    id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b02',
    address: 'fa:16:3e:7b:00:02',
    type: 'bridge',
    devname: 'tap3b1d0c7e-52',
    network: {
      ...network,
      bridge: 'brq6a1de5d2-7a',
      meta: {
        bridge_interface: 'eth0',
        should_create_bridge: true,
        should_create_vlan: true,
        vlan: 101,
        mtu: 1450,
      },
    },
  },
  instance,
};

/** A macvtap on VLAN 102. */
export const macvtapOnVlan = {
  vif: {
    id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b03',
    address: 'fa:16:3e:7b:00:03',
    type: 'macvtap',
    vnic_type: 'macvtap',
    details: { vlan: '102', macvtap_source: 'vlan102', macvtap_mode: 'bridge', physical_interface: 'eth0' },
    network,
  },
  instance,
};

/** Another upon the same VLAN. */
export const otherMacvtapOnVlan = {
  ...macvtapOnVlan,
  vif: {
    ...macvtapOnVlan.vif,
    id: '3b1d0c7e-52a4-4f6e-8d9b-0c1e2f3a4b05',
    address: 'fa:16:3e:7b:00:05',
  },
};
