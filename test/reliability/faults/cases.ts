import {
  DatapathOffloadRepresentor,
  Network,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import type { MemoryHostOptions } from '@vifkit/testkit';
import { request as hostdevPhysical } from '#requests/hostdev-physical';
import { request as ibHostdev } from '#requests/ib-hostdev';
import { request as ioVisor } from '#requests/iovisor';
import * as ivs from '#requests/ivs';
import * as linuxBridge from '#requests/linux-bridge';
import * as macvtap from '#requests/macvtap';
import { request as midonet } from '#requests/midonet';
import * as ovs from '#requests/ovs-hybrid';
import * as hwVeb from '#requests/sriov-hw-veb';
import { request as tap } from '#requests/tap';
import { qbg, qbh } from '#requests/vepa';
import * as vhostUser from '#requests/vhostuser';
import { request as vrouter } from '#requests/vrouter';

/** A VIF to plug and unplug, and what its host has to begin with. */
export interface Case {
  readonly name: string;
  readonly request: { readonly vif: unknown; readonly instance: unknown; readonly routing?: string };
  readonly host?: MemoryHostOptions;
  /** Options by plugin. */
  readonly options?: Readonly<Record<string, object>>;
  /** Bridges and their like that stay after the unplug, because other VIFs may use them. */
  readonly leaves?: readonly string[];
}

const { id, address, instance, hybrid } = ovs;

function ovsObject(profile: object = {}, bridge = 'br-int') {
  return {
    id,
    address,
    plugin: 'ovs',
    network: new Network({ id, bridge, mtu: 1400 }),
    port_profile: new VIFPortProfileOpenVSwitch({ interface_id: id, ...profile }),
  };
}

function direct(profile: object, bridge?: string) {
  return { vif: new VIFOpenVSwitch({ ...ovsObject(profile, bridge), vif_name: 'tapac3e2f74-81' }), instance };
}

const vf = '0000:03:00.3';
const representor = {
  pci: { [vf]: { pf: 'ens1', index: 2, representor: { pfAddress: '0000:03:00.0', netDevice: 'ens1_2' } } },
};
const onRepresentor = new VIFPortProfileOVSRepresentor({
  interface_id: id,
  datapath_type: 'netdev',
  datapath_offload: new DatapathOffloadRepresentor({ representor_address: vf }),
});
const hostDevice = { ...ovsObject(), dev_type: 'ethernet', dev_address: vf } as const;

const leaves = ['br-int'];
const bridges = [linuxBridge.bridge];
const uplink = { should_create_bridge: true, bridge_interface: 'eth1' };
const eth1 = { links: [{ name: 'eth1', mtu: 9000 }] };
const addressed = {
  links: [
    {
      name: 'eth1',
      up: true,
      addresses: ['192.0.2.10/24', '2001:db8::10/64'],
      routes: ['0.0.0.0/0 via 192.0.2.1'],
    },
  ],
};
const isolated = { ovs: { per_port_bridge: true, isolate_vif: true, default_qos_type: 'linux-htb' } };
const socket = '/run/vhu0';

/** Of every plugin, each kind of VIF that it treats in a way of its own. */
export const cases: readonly Case[] = [
  { name: 'tap', request: tap({}) },
  { name: 'tap, addressed', request: tap({ mac: '02:00:00:00:00:02', mtu: 8950 }) },
  {
    name: 'bridge',
    request: linuxBridge.request({ should_create_bridge: true, mtu: 1450 }),
    leaves: bridges,
  },
  { name: 'bridge, uplink', request: linuxBridge.request(uplink), host: eth1, leaves: bridges },
  {
    name: 'bridge, uplink with addresses',
    request: linuxBridge.request(uplink),
    host: addressed,
    leaves: bridges,
  },
  { name: 'bridge, filtered', request: linuxBridge.unfiltered(uplink), host: eth1, leaves: bridges },
  {
    name: 'bridge, VLAN',
    request: linuxBridge.request({ ...uplink, should_create_vlan: true, vlan: 7 }),
    host: eth1,
    leaves: [...bridges, 'vlan7'],
  },
  { name: 'ovs hybrid', request: ovs.request(hybrid, { mtu: 1450 }), leaves },
  { name: 'ovs direct', request: ovs.request({ port_filter: true }, { mtu: 1450 }), leaves },
  { name: 'ovs with port', request: direct({ create_port: true }), leaves },
  { name: 'ovs with port and tap', request: direct({ create_tap: true, multiqueue: true }), leaves },
  { name: 'ovs on a trunk’s bridge', request: direct({ create_port: true }, 'tbr-5c0fa17e-9') },
  { name: 'ovs hybrid, isolated', request: ovs.request(hybrid), options: isolated, leaves },
  { name: 'ovs bridge of its own', request: direct({ create_tap: true }), options: isolated, leaves },
  {
    name: 'ovs vhost-user',
    request: { vif: new VIFVHostUser({ ...ovsObject(), mode: 'client', path: socket }), instance },
    leaves,
  },
  {
    name: 'ovs vhost-user representor',
    request: {
      vif: new VIFVHostUser({
        ...ovsObject(),
        mode: 'server',
        path: socket,
        port_profile: new VIFPortProfileOVSRepresentor({ interface_id: id, representor_address: vf }),
      }),
      instance,
    },
    host: representor,
    leaves,
  },
  {
    name: 'ovs representor',
    request: { vif: new VIFHostDevice(hostDevice), instance },
    host: representor,
    leaves,
  },
  {
    name: 'ovs representor of DPDK',
    request: { vif: new VIFHostDevice({ ...hostDevice, port_profile: onRepresentor }), instance },
    host: representor,
    leaves,
  },
  ...(
    [
      ['', {}, {}],
      [' on Open vSwitch', vhostUser.openVSwitch, {}],
      [' fast path', vhostUser.fastPath, {}],
      [' fast path on Open vSwitch', vhostUser.fastPathOnOvs, { mtu: 1450 }],
      [' fast path, hybrid', vhostUser.fastPathHybrid, {}],
    ] as const
  ).map(([name, details, meta]) => ({
    name: `vhostuser${name}`,
    request: vhostUser.request(details, meta),
    host: { ovsBridges: ['br-int'] },
    leaves,
  })),
  { name: 'ivs', request: ivs.request() },
  { name: 'ivs hybrid', request: ivs.request(ivs.hybrid, { mtu: 1450 }) },
  { name: 'ivs hybrid object', request: ivs.current(ivs.request(ivs.hybrid)) },
  { name: 'midonet', request: midonet() },
  { name: 'iovisor', request: ioVisor() },
  { name: 'vrouter', request: vrouter({ subnets: [['10.0.0.5']] }) },
  { name: 'vrouter object', request: { routing: 'current', ...vrouter({ subnets: [['10.0.0.5']] }) } },
  { name: 'ib_hostdev', request: ibHostdev({ meta: { physical_network: 'fabric1' } }) },
  { name: 'macvtap', request: macvtap.request(macvtap.plain), host: { links: [{ name: 'eth0' }] } },
  { name: 'macvtap, VLAN', request: macvtap.request(macvtap.onVlan), host: { links: [{ name: 'eth0' }] } },
  { name: 'hw_veb macvtap', request: hwVeb.request(), host: hwVeb.withFunction },
  { name: 'hw_veb macvtap, trusted', request: hwVeb.request({ trusted: 'true' }), host: hwVeb.withFunction },
  { name: 'hw_veb direct', request: hwVeb.request({ vnicType: 'direct' }), host: hwVeb.withFunction },
  { name: '802.1qbg', request: qbg() },
  { name: '802.1qbh', request: qbh('direct') },
  { name: 'hostdev_physical', request: hostdevPhysical('0000:a7:08.7') },
  {
    name: 'noop',
    request: { vif: new VIFVHostUser({ ...ovsObject(), plugin: 'noop', path: socket }), instance },
  },
];
