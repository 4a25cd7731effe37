import {
  Network,
  VIFBridge,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
} from '@vifkit/core/os-vif';

/** Two VIFs whose ids begin alike, and with them the names of their links; and a third. */
export const A = 'aaaaaaaa-3ed7-4f70-9a92-6c1c1f1f0d01';
export const B = 'aaaaaaaa-3ec8-4d0b-8f5e-2f6b1b0c7a02';
export const C = '0b1c2d3e-0c5a-4c3f-9d0e-7e1f2a3b4c03';
/** Its id begins like that of A, and one character further than that of B. */
export const D = 'aaaaaaaa-3ed9-4c3f-9d0e-7e1f2a3b4c04';

const macs: Readonly<Record<string, string>> = {
  [A]: 'fa:16:3e:00:00:0a',
  [B]: 'fa:16:3e:00:00:0b',
  [C]: 'fa:16:3e:00:00:0c',
  [D]: 'fa:16:3e:00:00:0d',
};

const instanceOf = (id: string) => ({ uuid: `1${id.slice(1)}`, name: `instance-${id.slice(0, 8)}` });

/** The name that a link of the VIF has by its id. */
export const nameOf = (prefix: string, id: string) => `${prefix}${id}`.slice(0, 14);

function model<V extends object>(id: string, vif: V) {
  const network = { id: `5${id.slice(1)}`, bridge: 'br-int', subnets: [], meta: { mtu: 1450 } };
  return { id: `port-${id}`, instance: instanceOf(id), vif: { id, address: macs[id], network, ...vif } };
}

/** A VIF of Neutron's Open vSwitch agent, by way of a Linux bridge or without. */
export const ovs = (id: string, isHybrid: boolean) =>
  model(id, {
    type: 'ovs',
    devname: nameOf('tap', id),
    ovs_interfaceid: id,
    details: { port_filter: true, ovs_hybrid_plug: isHybrid },
  });

/** A port on a Linux bridge, with these details, such as VLANs. */
export const onBridge = (id: string, bridge: string, details: object = {}, devname = nameOf('tap', id)) =>
  model(id, {
    type: 'bridge',
    devname,
    details,
    network: { id: `5${id.slice(1)}`, bridge, subnets: [], meta: { mtu: 1450 } },
  });

/** A port of a network whose bridge, and VLAN device on eth2, the plug makes. */
export function inVlan(id: string, bridge: string, vlan: number) {
  const provided = { should_provide_bridge: true, should_provide_vlan: true, vlan, bridge_interface: 'eth2' };
  const network = new Network({ id: `5${id.slice(1)}`, bridge, mtu: 1450, ...provided });
  const vif = { ...objectOf(id), plugin: 'linux_bridge', bridge_name: bridge, network };
  return {
    id: `port-${id}`,
    instance: instanceOf(id),
    vif: new VIFBridge({ ...vif, vif_name: nameOf('tap', id), has_traffic_filtering: true }),
  };
}

/** A hybrid port whose Linux bridge the request names. */
export function hybrid(id: string, bridge = nameOf('qbr', id)) {
  const port_profile = new VIFPortProfileOpenVSwitch({ interface_id: id, datapath_type: 'netdev' });
  const vif = { ...objectOf(id), port_profile, bridge_name: bridge, vif_name: nameOf('tap', id) };
  return { id: `port-${id}`, instance: instanceOf(id), vif: new VIFBridge(vif) };
}

export const tap = (id: string, devname: string) => model(id, { type: 'tap', devname });

/** A guest on a Linux bridge that may send only from one address. */
export const filtered = (id: string, address: string, devname = nameOf('tap', id)) => {
  const network = { id: `5${id.slice(1)}`, bridge: 'br-lab', subnets: [{ ips: [{ address }] }], meta: {} };
  return { ...model(id, { type: 'bridge', devname, details: {}, network }), firewall: 'iptables' };
};

const objectOf = (id: string, bridge = 'br-int') => ({
  id,
  address: macs[id] ?? '',
  plugin: 'ovs',
  network: new Network({ id: `5${id.slice(1)}`, bridge, mtu: 1450 }),
});

/** A port on the bridge, made by us; with its tap, or for the one that libvirt will make. */
export function direct(id: string, profile: object, name = nameOf('tap', id), bridge = 'br-int') {
  const port_profile = new VIFPortProfileOpenVSwitch({
    interface_id: id,
    datapath_type: 'netdev',
    ...profile,
  });
  return {
    id: `port-${id}`,
    instance: instanceOf(id),
    vif: new VIFOpenVSwitch({ ...objectOf(id, bridge), port_profile, vif_name: name }),
  };
}

export const vf = '0000:03:00.3';
export const otherVf = '0000:03:00.4';

/** A port that is the representor of a virtual function. */
export function representor(id: string, address = vf) {
  const port_profile = new VIFPortProfileOVSRepresentor({ interface_id: id, representor_address: address });
  const device = { dev_type: 'ethernet', dev_address: address } as const;
  return {
    id: `port-${id}`,
    instance: instanceOf(id),
    vif: new VIFHostDevice({ ...objectOf(id), ...device, port_profile }),
  };
}
