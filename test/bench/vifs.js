// The VIFs that are plugged: os-vif objects as they go over the wire, so that all subjects read the same.
import { randomUUID } from 'node:crypto';

export const integrationBridge = 'br-int';
export const instance = { uuid: randomUUID(), name: 'instance-0000beac' };
const mtu = 1450;
const address = 'fa:16:3e:be:ac:01';

/** What each kind leaves on the host per VIF: links of the kernel, ports of the integration bridge. */
export const kinds = {
  hybrid: { title: 'hybrid ports', links: 3, ports: 1, unplugs: true },
  direct: { title: 'direct ports (create_port)', links: 0, ports: 1, unplugs: true },
  'linux-bridge': { title: 'Linux bridges', links: 1, ports: 0, unplugs: false },
};

/** So many VIFs of a kind, each with a new id. */
export function makeVifs(kind, count) {
  return Array.from({ length: count }, () => make[kind](randomUUID()));
}

const mix = ['hybrid', 'hybrid', 'direct', 'tap'];

/** So many VIFs as hosts have them side by side: half of them hybrid, the first one too. */
export function makeHost(count) {
  return Array.from({ length: count }, (_, i) => make[mix[i % mix.length]](randomUUID()));
}

const named = (prefix, id) => `${prefix}${id}`.slice(0, 14);

const make = {
  hybrid: (id) =>
    vif('VIFBridge', id, {
      plugin: 'ovs',
      bridge_name: named('qbr', id),
      network: network({ bridge: integrationBridge }),
      port_profile: openVSwitchProfile(id, {}),
    }),

  // Without a tap: the hypervisor makes it once the port is there, as after a reboot of the host.
  direct: (id) =>
    vif('VIFOpenVSwitch', id, {
      plugin: 'ovs',
      bridge_name: integrationBridge,
      network: network({ bridge: integrationBridge }),
      port_profile: openVSwitchProfile(id, { create_port: true }),
    }),

  // Each of a network of its own, so that each plug has a bridge to make.
  'linux-bridge': (id) => {
    const bridge = named('brq', id);
    return vif('VIFBridge', id, {
      plugin: 'linux_bridge',
      bridge_name: bridge,
      network: network({ bridge, bridge_interface: null, should_provide_bridge: true }),
    });
  },

  // As Nova's network model has it.
  tap: (id) => {
    const network = { id: randomUUID(), label: 'net', subnets: [], meta: { mtu } };
    return { id, address, type: 'tap', devname: named('tap', id), details: {}, network };
  },
};

function vif(name, id, fields) {
  return primitive(name, '1.0', {
    id,
    address,
    vif_name: named('tap', id),
    active: true,
    preserve_on_delete: false,
    has_traffic_filtering: true, // os-vif would start iptables else
    ...fields,
  });
}

function network(fields) {
  const data = { id: randomUUID(), mtu, should_provide_bridge: false, should_provide_vlan: false };
  return primitive('Network', '1.1', { ...data, multi_host: false, ...fields });
}

function openVSwitchProfile(id, fields) {
  const data = { interface_id: id, datapath_type: 'netdev', ...fields };
  return primitive('VIFPortProfileOpenVSwitch', '1.3', data);
}

function primitive(name, version, data) {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': version,
    'versioned_object.data': data,
  };
}

/** A hybrid port as Nova's network model has it. */
export function makeNovaRequest() {
  const id = randomUUID();
  const details = { ovs_hybrid_plug: true, port_filter: true, datapath_type: 'netdev' };
  const network = { id: randomUUID(), bridge: integrationBridge, label: 'net', subnets: [], meta: { mtu } };
  return { vif: { id, address, type: 'ovs', devname: named('tap', id), details, network }, instance };
}

/** A bare tap. */
export function makeTapRequest() {
  return { vif: make.tap(randomUUID()), instance };
}
