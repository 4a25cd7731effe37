const network = {
  id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01',
  bridge: 'br-int',
  subnets: [],
  meta: { mtu: 1450 },
};
const instance = { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401', name: 'instance-00000001' };

/** The id of the VIF of a number, whose names of links differ from all others'. */
export function idOf(number: number): string {
  return `${String(number).padStart(8, '0')}-704c-4c9f-8e1d-306f8ba25d02`;
}

function request(number: number, vif: object) {
  const address = `fa:16:3e:10:00:${number.toString(16).padStart(2, '0')}`;
  return { id: `port-${number}`, instance, vif: { id: idOf(number), address, network, ...vif } };
}

/** A Linux bridge and a veth pair before a port of br-int. */
export const hybrid = (number: number, datapath_type = 'system') =>
  request(number, {
    type: 'ovs',
    devname: `tap${number}`,
    ovs_interfaceid: idOf(number),
    details: { port_filter: true, ovs_hybrid_plug: true, datapath_type },
  });

export const tap = (number: number) => request(number, { type: 'tap', devname: `tap${number}` });

/** A VLAN of eth0 that VIFs share, or eth0 itself. */
export const macvtap = (number: number, vlan?: number) => {
  const source = vlan === undefined ? 'eth0' : `vlan${vlan}`;
  const details = { macvtap_source: source, macvtap_mode: 'vepa', physical_interface: 'eth0', vlan };
  return request(number, { type: 'macvtap', vnic_type: 'macvtap', details });
};

/** The one virtual function there is, trusted. */
export const trusted = (number: number) =>
  request(number, {
    type: 'hw_veb',
    vnic_type: 'macvtap',
    details: { vlan: 30 },
    profile: { pci_slot: '0000:05:10.0', trusted: true },
  });

/** A guest on a shared Linux bridge, which the host filters. */
export const filtered = (number: number) => ({
  ...request(number, {
    type: 'bridge',
    devname: `tap${number}`,
    details: {},
    network: { ...network, bridge: 'brq-routed', meta: { should_create_bridge: true } },
  }),
  firewall: 'iptables',
});

function object(number: number, bridge: string, port: object = { create_tap: true }) {
  const versioned = (name: string, data: object) => ({
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': data,
  });
  return {
    id: `port-${number}`,
    instance,
    vif: versioned('VIFOpenVSwitch', {
      id: idOf(number),
      address: `fa:16:3e:10:00:${number.toString(16).padStart(2, '0')}`,
      plugin: 'ovs',
      vif_name: `tap${number}`,
      bridge_name: bridge,
      network: versioned('Network', { id: network.id, bridge, mtu: 1450 }),
      port_profile: {
        ...versioned('VIFPortProfileOpenVSwitch', {
          interface_id: idOf(number),
          ...port,
          datapath_type: 'netdev',
        }),
        'versioned_object.version': '1.4',
      },
    }),
  };
}

/** A port of a trunk, with the trunk's bridge. */
export const trunk = (number: number) => object(number, `tbr-${idOf(number)}`.slice(0, 14));

export const perPort = (number: number) => object(number, 'br-int');

/** A port for the tap that libvirt will make. */
export const direct = (number: number) => object(number, 'br-int', { create_port: true });

/** A socket of Open vSwitch with DPDK, for which no guest has come yet. */
export const vhostUser = (number: number, folder: string) =>
  request(number, {
    type: 'vhostuser',
    details: {
      vhostuser_socket: `${folder}/vhu${number}`,
      vhostuser_mode: 'client',
      vhostuser_ovs_plug: true,
    },
  });
