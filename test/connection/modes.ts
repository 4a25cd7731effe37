import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Site } from './site.js';

const instance = { uuid: '7c0b1e34-5a6d-4e7f-8a9b-0c1d2e3f4a01', name: 'instance-0000c0de' };
const id = '5f1d2c3b-4a59-4687-9706-1526374859a0';
export const mac = 'fa:16:3e:5f:1d:2c';
const name = (prefix: string) => `${prefix}${id}`.slice(0, 14);
export const [tap, qbr, qvb, qvo] = ['tap', 'qbr', 'qvb', 'qvo'].map(name) as [
  string,
  string,
  string,
  string,
];
export const [portBridge, ownPatch, sharedPatch] = [name('pb'), `pbp${id}`, `ibp${id}`];

export const vhu = name('vhu');

/** Sockets that guests make. A path of one has at most 107 characters. */
export const socketOf = (port: string) => join(tmpdir(), `${port}-${process.pid}`);

/** A way of plugging a VIF: its request, and what its hypervisor does when the guest starts. */
export interface Mode {
  /** @param cidrs the network's subnets */
  readonly request: (mtu?: number, ...cidrs: string[]) => object;
  readonly options?: { perPortBridge?: boolean; isolated?: boolean };
  /** What has to be there before the plug. */
  readonly before?: (site: Site) => Promise<unknown>;
  readonly start: (site: Site) => Promise<unknown>;
}

function network(mtu: number, cidrs: readonly string[], fields: object) {
  const objects = cidrs.map((cidr) => object('Subnet', '1.0', { cidr }));
  const data = {
    subnets: object('SubnetList', '1.0', { objects }),
    id: '0b7e6d5c-4b3a-4291-8071-625344352617',
    mtu,
    multi_host: false,
    bridge: 'br-int',
    ...fields,
  };
  return object('Network', '1.1', { should_provide_bridge: false, should_provide_vlan: false, ...data });
}

function object(type: string, version: string, data: object) {
  return {
    'versioned_object.name': type,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': version,
    'versioned_object.data': data,
  };
}

function profile(fields: object = {}) {
  return object('VIFPortProfileOpenVSwitch', '1.3', { interface_id: id, datapath_type: 'netdev', ...fields });
}

function vif(type: string, fields: object) {
  const data = { id, address: mac, vif_name: tap, active: true, preserve_on_delete: false };
  return { instance, vif: object(type, '1.0', { ...data, has_traffic_filtering: true, ...fields }) };
}

const ovs =
  (type: string, fields: object, profileFields: object = {}) =>
  (mtu = 1450, ...cidrs: string[]) =>
    vif(type, {
      plugin: 'ovs',
      network: network(mtu, cidrs, {}),
      port_profile: profile(profileFields),
      ...fields,
    });

const linuxBridge =
  (fields: object, more: object = {}) =>
  (mtu = 1450, ...cidrs: string[]) =>
    vif('VIFBridge', {
      plugin: 'linux_bridge',
      bridge_name: 'br-lab',
      network: network(mtu, cidrs, { bridge: 'br-lab', should_provide_bridge: true, ...fields }),
      ...more,
    });

const model =
  (type: string, details: object = {}, rest: object = {}) =>
  (mtu = 1450, ...cidrs: string[]) => ({
    instance,
    vif: {
      id,
      address: mac,
      type,
      devname: tap,
      details,
      network: { bridge: 'br-lab', subnets: cidrs.map((cidr) => ({ cidr })), meta: { mtu } },
      ...rest,
    },
  });

/** libvirt's tap as a member of a bridge. */
async function tapIn(site: Site, bridge: string): Promise<void> {
  await site.ip(`tuntap add dev ${tap} mode tap`);
  await site.openTap(tap);
  await site.ip(`link set dev ${tap} mtu 1450 master ${bridge} up`);
}

export async function freeTap(site: Site): Promise<void> {
  await site.ip(`tuntap add dev ${tap} mode tap`);
  await site.openTap(tap);
  await site.ip(`link set dev ${tap} mtu 1450 up`);
}

/** Waits until ovs-vswitchd has got to the port, as libvirt does. */
const add = (site: Site, port: string, ...words: string[]) =>
  site.run(
    'ovs-vsctl',
    `--db=${site.ovs.endpoint}`,
    '--timeout=20',
    '--may-exist',
    'add-port',
    'br-int',
    port,
    ...words,
  );

/** libvirt's port of the guest's tap. */
export async function guestPort(site: Site): Promise<void> {
  const ids = [`iface-id=${id}`, `attached-mac="${mac}"`, 'iface-status=active', `vm-id=${instance.uuid}`];
  await add(site, tap, '--', 'set', 'Interface', tap, ...ids.map((each) => `external_ids:${each}`));
}

async function uplink({ ip }: Site): Promise<void> {
  await ip('link add name up0 mtu 9000 type veth peer name up1');
  await ip('link set dev up1 mtu 9000 up');
  await ip('link set dev up0 up');
}

async function othersBridge(site: Site): Promise<void> {
  await uplink(site);
  await site.ip('link add name br-lab type bridge');
  await site.ip('link add link up0 name out7 type macvlan mode passthru');
  await site.ip('link set dev out7 master br-lab up');
  await site.ip('link set dev br-lab mtu 1450 up');
}

/** A port that the plug makes on another bridge than br-int. */
export const onBridge = (bridge: string) =>
  ovs(
    'VIFOpenVSwitch',
    { bridge_name: bridge, network: network(1450, [], { bridge }) },
    { create_port: true },
  )();

/** @param mode QEMU's part */
export const vhostUser = (mode: 'client' | 'server') =>
  ovs('VIFVHostUser', { path: socketOf(vhu), mode, vif_name: vhu })();

export const modes = {
  hybrid: {
    request: ovs('VIFBridge', { bridge_name: qbr }),
    start: (site) => tapIn(site, qbr),
  },
  direct: {
    request: ovs('VIFOpenVSwitch', { bridge_name: 'br-int' }),
    start: async (site) => {
      await freeTap(site);
      await guestPort(site);
    },
  },
  create_port: {
    request: ovs('VIFOpenVSwitch', { bridge_name: 'br-int' }, { create_port: true }),
    start: async (site) => {
      await freeTap(site);
      await add(site, tap); // libvirt finds the port, and ovs-vswitchd the tap
    },
  },
  create_tap: {
    request: ovs('VIFOpenVSwitch', { bridge_name: 'br-int' }, { create_port: true, create_tap: true }),
    start: (site) => site.openTap(tap),
  },
  per_port_bridge: {
    request: ovs('VIFOpenVSwitch', { bridge_name: 'br-int' }, { create_port: true }),
    options: { perPortBridge: true },
    start: freeTap,
  },
  bridge: {
    request: linuxBridge({ bridge_interface: 'up0' }),
    before: uplink,
    start: (site) => tapIn(site, 'br-lab'),
  },
  // An operator's bridge, with a macvlan as its way out: the plug knows neither.
  others_bridge: {
    request: linuxBridge({ should_provide_bridge: false }),
    before: othersBridge,
    start: (site) => tapIn(site, 'br-lab'),
  },
  filtered: {
    request: (mtu = 1450) => ({
      ...linuxBridge({ bridge_interface: 'up0' }, { has_traffic_filtering: false })(mtu),
      firewall: 'iptables',
    }),
    before: uplink,
    start: (site) => tapIn(site, 'br-lab'),
  },
  tap: {
    request: model('tap'),
    start: (site) => site.openTap(tap),
  },
  midonet: {
    request: model('midonet'),
    before: (site) => site.tool('mm-ctl'),
    start: (site) => site.openTap(tap),
  },
  macvtap: {
    request: model('macvtap', { macvtap_source: 'up0', macvtap_mode: 'bridge', physical_interface: 'up0' }),
    before: uplink,
    start: async ({ ip, openTap }) => {
      // All network namespaces share one /dev, so the number is one that no other test's macvtap gets.
      await ip(
        `link add link up0 name macvtap0 index ${1e6 + process.pid} address ${mac} type macvtap mode bridge`,
      );
      await openTap('macvtap0');
      await ip('link set dev macvtap0 allmulticast on up');
    },
  },
} as const satisfies Record<string, Mode>;

export type ModeName = keyof typeof modes;
