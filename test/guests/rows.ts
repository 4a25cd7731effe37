import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The networks that there are on the host, each with a peer to ping. */
export type Segment = 'lan' | 'br-int' | 'vendor' | 'uplink';

/** A guest's card: what is asked of `vif`, and what is expected of it. */
export interface Row {
  readonly type: string;
  readonly routing: 'newton' | 'current';
  readonly queues: 1 | 2;
  /** How often the guest is started on what was plugged once. */
  readonly starts: 1 | 2;
  readonly segment: Segment;
  readonly id: string;
  readonly mac: string;
  readonly request: object;
  /** The configuration file of `vif`. */
  readonly settings: object;
  /** The links that `vif` makes for this VIF alone. They are there until the unplug, whatever the guest does. */
  readonly links: readonly string[];
  /** The tap, where somebody else than `vif` and libvirt is to connect it. */
  readonly looseTap?: string;
  /** The socket that Open vSwitch makes. */
  readonly switchSocket?: string;
  /** The filter of libvirt's that the card names. */
  readonly filter?: string;
  /** What takes its network from a running guest, for a plug to mend: words for `ip` or `ovs-vsctl`. */
  readonly cut?: readonly string[];
}

/** What a row has to say for itself; of each thing that is named, as a function of the names. */
interface Sketch {
  readonly segment: Segment;
  /** Of Nova's network model, or an os-vif object in its wire form. */
  readonly vif: (names: Names) => object;
  readonly request?: object;
  readonly settings?: object;
  readonly links?: (names: Names) => readonly string[];
  readonly looseTap?: (names: Names) => string;
  readonly switchSocket?: (names: Names) => string;
  readonly filter?: (names: Names) => string;
  readonly cut?: (names: Names) => readonly string[];
}

type Names = ReturnType<typeof namesOf>;

/** Where Open vSwitch is kept: its sockets are there. */
export const switchDirectory = join(tmpdir(), `ovs-${process.pid}`);

const network = '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c24';
const instance = { uuid: '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a13', name: 'instance-0000007d' };
const mtu = 1450;

function namesOf(place: number) {
  const number = String(place).padStart(2, '0');
  const id = `3f0c6f${number}-51b3-4d1a-8c3f-0c1e2f3a4b5c`;
  const short = id.slice(0, 11);
  return {
    ...{ id, mac: `fa:16:3e:3f:00:${number}`, tap: `tap${short}` },
    portBridge: `pb${id.slice(0, 12)}`,
    hybrid: [`qbr${short}`, `qvb${short}`, `qvo${short}`],
    socket: join(switchDirectory, `vhu${short}`),
  };
}

/** A VIF of Nova's network model. */
function vif(type: string, bridge?: string, details: object = {}, meta: object = {}) {
  return ({ id, mac, tap }: Names): object => ({
    ...{ id, address: mac, type, devname: tap, vnic_type: 'normal', details },
    network: { id: network, ...(bridge && { bridge }), subnets: [], meta: { mtu, ...meta } },
  });
}

function wire(name: string, version: string, data: object): object {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': version,
    'versioned_object.data': data,
  };
}

const ownTap = ({ tap }: Names) => [tap];
const ownHybrid = ({ hybrid }: Names) => hybrid;
const cutPort = ({ tap }: Names) => ['ovs-vsctl', 'del-port', tap];

const bridge: Sketch = {
  segment: 'lan',
  vif: vif('bridge', 'brq6a1de5d2-7a', {}, { should_create_bridge: true, bridge_interface: 'lan' }),
};

const filtered: Sketch = {
  ...bridge,
  request: { firewall: 'iptables' },
  filter: ({ mac }) => `nova-instance-${instance.name}-${mac.replaceAll(':', '')}`,
};

const tap: Sketch = { segment: 'vendor', vif: vif('tap'), links: ownTap, looseTap: (names) => names.tap };

const direct: Sketch = { segment: 'br-int', vif: vif('ovs', 'br-int', { port_filter: true }), cut: cutPort };

const agilio: Sketch = { ...direct, vif: vif('agilio_ovs', 'br-int', { port_filter: true }) };

const hybridDetails = { ovs_hybrid_plug: true, port_filter: true };
// Without the datapath's type a plug would leave checksums to a card that a datapath in userspace does not have.
const hybrid: Sketch = {
  segment: 'br-int',
  vif: vif('ovs', 'br-int', { ...hybridDetails, datapath_type: 'netdev' }),
  links: ownHybrid,
  cut: ({ hybrid: [bridge = ''] }) => ['ip', 'link', 'delete', 'dev', bridge],
};

/** A VIFOpenVSwitch, of which Nova's network model cannot tell all. */
function object(profile: object): Sketch {
  return {
    segment: 'br-int',
    cut: cutPort,
    vif: ({ id, mac, tap }) =>
      wire('VIFOpenVSwitch', '1.0', {
        ...{ id, address: mac, plugin: 'ovs', vif_name: tap, bridge_name: 'br-int' },
        network: wire('Network', '1.1', { id: network, bridge: 'br-int', mtu }),
        port_profile: wire('VIFPortProfileOpenVSwitch', '1.3', {
          ...{ interface_id: id, datapath_type: 'netdev' },
          ...profile,
        }),
      }),
  };
}

const port = object({ create_port: true });
const portBridge: Sketch = {
  ...port,
  settings: { plugins: { ovs: { per_port_bridge: true } } },
  links: (names) => [names.portBridge],
  cut: ({ portBridge }) => ['ovs-vsctl', 'del-br', portBridge],
};
const createTap: Sketch = { ...object({ create_port: true, create_tap: true }), links: ownTap };
const createQueues: Sketch = {
  ...object({ create_port: true, create_tap: true, multiqueue: true }),
  links: ownTap,
};

/** Today's Nova tells by the VIF's mode of which type the port is; Nova 14 has an option. */
function vhostUser(vhostuser_mode: string, port_type: string): Sketch {
  return {
    segment: 'br-int',
    vif: (names) => {
      const details = { vhostuser_socket: names.socket, vhostuser_mode, vhostuser_ovs_plug: true };
      return vif('vhostuser', 'br-int', details)(names);
    },
    settings: { plugins: { vhostuser: { port_type } } },
  };
}

const client = { ...vhostUser('client', 'dpdkvhostuser'), switchSocket: (names: Names) => names.socket };
const server = vhostUser('server', 'dpdkvhostuserclient');

const macvtapDetails = { macvtap_source: 'uplink', macvtap_mode: 'bridge', physical_interface: 'uplink' };
const macvtap: Sketch = { segment: 'uplink', vif: vif('macvtap', undefined, macvtapDetails) };

const ofVendor = (type: string): Sketch => ({ segment: 'vendor', vif: vif(type), links: ownTap });
const ivsHybrid: Sketch = { segment: 'vendor', vif: vif('ivs', undefined, hybridDetails), links: ownHybrid };

type Line = readonly [type: string, Sketch, Row['routing'], Row['queues'], Row['starts']?];

const lines: readonly Line[] = [
  ['bridge', bridge, 'newton', 1],
  ['bridge, filtered', filtered, 'newton', 1],
  ['bridge', bridge, 'current', 2],
  ['tap', tap, 'newton', 1],
  ['tap', tap, 'newton', 2],
  ['tap', tap, 'current', 2, 2],
  ['ovs, hybrid', hybrid, 'newton', 1],
  ['ovs, hybrid', hybrid, 'current', 2],
  ['ovs, direct', direct, 'newton', 1],
  ['ovs, direct', direct, 'current', 2],
  ['ovs, create_port', port, 'current', 1],
  ['ovs, per_port_bridge', portBridge, 'current', 1],
  ['ovs, create_tap', createTap, 'current', 1],
  ['ovs, create_tap', createQueues, 'current', 2],
  ['agilio_ovs', agilio, 'current', 1],
  ['vhostuser, client', client, 'newton', 1],
  ['vhostuser, server', server, 'newton', 1],
  ['vhostuser, client', client, 'current', 2],
  ['vhostuser, server', server, 'current', 2],
  ['macvtap', macvtap, 'newton', 1],
  ['macvtap', macvtap, 'current', 2],
  ['midonet', ofVendor('midonet'), 'newton', 2],
  ['iovisor', ofVendor('iovisor'), 'newton', 2],
  ['vrouter', ofVendor('vrouter'), 'newton', 1],
  ['vrouter', ofVendor('vrouter'), 'current', 2],
  ['ivs', ofVendor('ivs'), 'newton', 1],
  ['ivs', ofVendor('ivs'), 'current', 2],
  ['ivs, hybrid', ivsHybrid, 'newton', 1],
  ['ivs, hybrid', ivsHybrid, 'current', 1],
];

export const rows = lines.map(toRow);

function toRow([type, sketch, routing, queues, starts = 1]: Line, place: number): Row {
  const names = namesOf(place);
  const { segment, vif, request, settings = {}, links, looseTap, switchSocket, filter, cut } = sketch;
  return {
    ...{ type, routing, queues, starts, segment, settings, id: names.id, mac: names.mac },
    // Nova asks for several queues with KVM only, though QEMU has them without it.
    request: { id: type, vif: vif(names), instance, routing, ...host(queues), ...request },
    links: [...(links?.(names) ?? [])].sort(),
    ...(looseTap && { looseTap: looseTap(names) }),
    ...(filter && { filter: filter(names) }),
    ...(cut && { cut: cut(names) }),
    ...(switchSocket && { switchSocket: switchSocket(names) }),
  };
}

function host(queues: number): object {
  if (queues === 1) return { host: { virt_type: 'qemu' } };
  return { flavor: { vcpus: queues }, image: { properties: { hw_vif_multiqueue_enabled: 'true' } } };
}
