import type { ObjectDescription } from './peer.js';

const id = 'ac3e2f74-815d-4daf-9f2e-41709cb36e03';
const address = 'fa:16:3e:10:00:03';
export const tap = 'tapac3e2f74-81';
export const trunk = 'tbr-5c0fa17e-9';

/** One thing that happens: a program's doing, or the surroundings'. */
export type Event =
  | { readonly plug: ObjectDescription; readonly plugByHand?: readonly (readonly string[])[] }
  | { readonly unplug: ObjectDescription }
  /** The hypervisor, by `ip`. */
  | { readonly ip: readonly (readonly string[])[] }
  /** Neutron's agent, by `ovs-vsctl`. */
  | { readonly vsctl: readonly string[] };

export interface Case {
  readonly name: string;
  readonly dpdk?: boolean;
  readonly options?: object;
  /** The network's bridge is a trunk's. */
  readonly onTrunk?: boolean;
  /** The plug leaves all but the bridge to libvirt. */
  readonly isLibvirts?: boolean;
  readonly events: readonly Event[];
}

interface VifOptions {
  readonly mtu?: number;
  readonly bridge?: string;
  readonly profile?: object;
}

function vif(name: string, fields: object, { mtu = 1450, bridge = 'br-int', profile = {} }: VifOptions = {}) {
  const network = { class: 'Network', fields: { id: '7d20812c-b5c3-4e75-ae90-2f513c4d6e03', bridge, mtu } };
  const port_profile = {
    class: 'VIFPortProfileOpenVSwitch',
    fields: { interface_id: id, datapath_type: 'netdev', ...profile },
  };
  return { class: name, fields: { id, address, plugin: 'ovs', network, port_profile, ...fields } };
}

const hybrid = (options?: VifOptions) =>
  vif('VIFBridge', { vif_name: tap, bridge_name: 'qbrac3e2f74-81' }, options);
const direct = (options?: VifOptions) =>
  vif('VIFOpenVSwitch', { vif_name: tap, bridge_name: 'br-int' }, options);
const create_port = { profile: { create_port: true } };
const vhostUser = (mode: string) => vif('VIFVHostUser', { path: '/run/vhu0', mode });

const tapByHand = (...more: string[]) => [
  ['tuntap', 'add', 'dev', tap, 'mode', 'tap', ...more],
  ['link', 'set', 'dev', tap, 'address', address, 'up'],
];
const makeTap: Event = { ip: tapByHand() };
/** What os-vif 5.1 does for `create_tap`, is done by hand for 3.0.0, which does not have it. */
const withTap = (multiqueue: boolean): Event[] => [
  {
    plug: direct({ profile: { create_port: true, create_tap: true, multiqueue } }),
    plugByHand: tapByHand(...(multiqueue ? ['multi_queue'] : [])),
  },
  { unplug: direct({ profile: { create_port: true, create_tap: true, multiqueue } }) },
];

/** Every way in which a VIF is plugged that needs no card. */
export const cases: readonly Case[] = [
  {
    name: 'hybrid',
    events: [{ plug: hybrid() }, { plug: hybrid() }, { unplug: hybrid() }, { unplug: hybrid() }],
  },
  {
    name: 'hybrid, with another MTU later on',
    events: [{ plug: hybrid() }, { plug: hybrid({ mtu: 1400 }) }, { unplug: hybrid() }],
  },
  {
    name: 'direct, the port being libvirt’s',
    isLibvirts: true,
    events: [{ plug: direct() }, { unplug: direct() }],
  },
  {
    name: 'direct, with create_port',
    events: [
      makeTap,
      { plug: direct(create_port) },
      { plug: direct(create_port) },
      { unplug: direct(create_port) },
    ],
  },
  {
    name: 'direct, with create_port, before the guest has its tap',
    events: [{ plug: direct(create_port) }, { unplug: direct(create_port) }],
  },
  {
    name: 'direct, with another MTU later on',
    events: [
      makeTap,
      { plug: direct(create_port) },
      { plug: direct({ ...create_port, mtu: 1400 }) },
      { unplug: direct(create_port) },
    ],
  },
  { name: 'direct, with create_tap', events: withTap(false) },
  { name: 'direct, with create_tap and multiqueue', events: withTap(true) },
  {
    name: 'per_port_bridge',
    options: { per_port_bridge: true },
    events: [makeTap, { plug: direct() }, { plug: direct() }, { unplug: direct() }],
  },
  {
    name: 'per_port_bridge, isolated',
    options: { per_port_bridge: true, isolate_vif: true },
    events: [makeTap, { plug: direct() }, { unplug: direct() }],
  },
  {
    name: 'a trunk’s bridge',
    onTrunk: true,
    events: [
      makeTap,
      { plug: direct({ ...create_port, bridge: trunk }) },
      // Neutron's agent joins the bridge to the integration bridge.
      {
        vsctl: [
          'add-port',
          trunk,
          'tpt-1',
          '--',
          'set',
          'Interface',
          'tpt-1',
          'type=patch',
          'options:peer=tpi-1',
        ],
      },
      { unplug: direct({ ...create_port, bridge: trunk }) },
    ],
  },
  {
    name: 'a trunk’s bridge, isolated',
    onTrunk: true,
    options: { isolate_vif: true },
    events: [
      makeTap,
      { plug: direct({ ...create_port, bridge: trunk }) },
      { unplug: direct({ ...create_port, bridge: trunk }) },
    ],
  },
  {
    name: 'isolated, then bound by Neutron’s agent, and plugged again',
    options: { isolate_vif: true },
    events: [
      makeTap,
      { plug: direct(create_port) },
      { vsctl: ['set', 'Port', tap, 'tag=7', 'other_config:segmentation_id=70', 'external_ids:net=1'] },
      { vsctl: ['set', 'Interface', tap, 'external_ids:ovn-installed=true'] },
      { vsctl: ['clear', 'Port', tap, 'vlan_mode', '--', 'clear', 'Port', tap, 'trunks'] },
      { plug: direct(create_port) },
      { unplug: direct(create_port) },
    ],
  },
  {
    name: 'hybrid, isolated',
    options: { isolate_vif: true },
    events: [{ plug: hybrid() }, { unplug: hybrid() }],
  },
  {
    name: 'plugged as hybrid, unplugged as direct',
    events: [{ plug: hybrid() }, { unplug: direct() }],
  },
  {
    name: 'vhost-user, QEMU being the client',
    dpdk: true,
    events: [{ plug: vhostUser('client') }, { plug: vhostUser('client') }, { unplug: vhostUser('client') }],
  },
  {
    name: 'vhost-user, QEMU being the server',
    dpdk: true,
    events: [{ plug: vhostUser('server') }, { plug: vhostUser('server') }, { unplug: vhostUser('server') }],
  },
  {
    name: 'vhost-user, with another MTU later on',
    dpdk: true,
    events: [
      { plug: vhostUser('server') },
      { plug: vif('VIFVHostUser', { path: '/run/vhu0', mode: 'server' }, { mtu: 1400 }) },
      { unplug: vhostUser('server') },
    ],
  },
];
