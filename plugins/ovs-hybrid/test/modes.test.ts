import {
  Network,
  type VIFBase,
  VIFBridge,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ovs from '../src/index.js';
import { address, id, instance } from './request.js';

function start(options: object = {}, hostOptions?: MemoryHostOptions) {
  const host = memoryHost(hostOptions);
  const guests = new LibvirtGuestConfigurator();
  const driver = createVifDriver({ host, guests, plugins: [ovs], options: { ovs: options } });
  return {
    host,
    plug: (vif: VIFBase) => driver.plug({ vif, instance }),
    check: (vif: VIFBase) => driver.check({ vif, instance }),
    unplug: (vif: VIFBase) => driver.unplug({ vif, instance }),
    ports: () => host.ovs.snapshot().ports,
    bridges: () => Object.keys(host.ovs.snapshot().bridges),
  };
}

const tap = 'tapac3e2f74-81';
const qvo = 'qvoac3e2f74-81';
const [own, ownEnd, sharedEnd] = ['pbac3e2f74-815', `pbp${id}`, `ibp${id}`] as const;
const vf = '0000:03:00.3';

interface Options {
  readonly bridge?: string;
  readonly mtu?: number;
  readonly profile?: object;
}

const common = ({ bridge = 'br-int', mtu = 1400, profile = {} }: Options = {}) => ({
  id,
  address,
  plugin: 'ovs',
  network: new Network({ id, bridge, mtu }),
  port_profile: new VIFPortProfileOpenVSwitch({ interface_id: id, ...profile }),
});
const direct = (profile: object = { create_port: true }, options: Options = {}) =>
  new VIFOpenVSwitch({ ...common({ profile, ...options }), vif_name: tap });
const hybrid = () => new VIFBridge({ ...common(), bridge_name: 'qbrac3e2f74-81', vif_name: tap });
const vhostUser = (mode: 'client' | 'server', profile = {}) =>
  new VIFVHostUser({ ...common({ profile }), mode, path: '/run/vhu0' });
const hostDevice = (datapath_type: string) =>
  new VIFHostDevice({ ...common({ profile: { datapath_type } }), dev_type: 'ethernet', dev_address: vf });

const ids = { 'iface-id': id, 'iface-status': 'active', 'attached-mac': address, 'vm-uuid': instance.uuid };
const dead = { tag: 4095, vlanMode: 'trunk', trunks: [4095] };
const tapIsThere = { links: [{ name: tap, type: 'tap' }] };

describe('a port of a VIFOpenVSwitch', () => {
  it('may be made before the hypervisor makes its tap, and follows the MTU of the network', async () => {
    const { plug, ports } = start();
    await plug(direct());
    expect(ports()[tap]).toMatchObject({
      bridge: 'br-int',
      interface: { externalIds: ids, mtuRequest: 1400 },
    });
    const { changes } = await plug(direct(undefined, { mtu: 1300 }));
    expect(changes).toMatchObject([{ kind: 'ovsPort', differences: [{ attribute: 'mtuRequest' }] }]);
    expect(ports()[tap]).toMatchObject({ interface: { mtuRequest: 1300 } });
  });

  it('has a tap with the guest’s address and queues, if the profile asks for one', async () => {
    const { plug, host } = start();
    await plug(direct({ create_port: true, create_tap: true, multiqueue: true }));
    expect(host.links.snapshot()[tap]).toMatchObject({ type: 'tap', up: true, mtu: 1400, address });
  });

  it('gives a tap of libvirt its MTU back if it cannot be made', async () => {
    const { plug, host } = start({}, tapIsThere);
    const before = host.snapshot();
    host.failAt(2); // the first is the tap's MTU, the second the port
    await expect(plug(direct())).rejects.toMatchObject({ code: 'PLUG_FAILED', undoFailures: [] });
    expect(host.writes.length).toBeGreaterThan(1);
    expect(host.snapshot()).toEqual(before);
  });

  it('goes with a tap that libvirt made, but with no other link', async () => {
    const { plug, unplug, host } = start({}, tapIsThere);
    await plug(direct());
    await unplug(direct());
    expect(host.links.snapshot()).not.toHaveProperty([tap]);
    const other = start({}, { links: [{ name: tap, type: 'veth', peer: 'eth0' }] });
    await other.plug(direct());
    await other.unplug(direct());
    expect(other.host.links.snapshot()).toHaveProperty([tap]);
    expect(other.ports()).not.toHaveProperty([tap]);
  });
});

describe('the guest’s link', () => {
  it('is a tap or a veth: no card of the host becomes a port, or gets another MTU', async () => {
    const { host, plug } = start({}, { links: [{ name: tap, mtu: 9000 }] });
    await expect(plug(direct())).rejects.toMatchObject({ cause: { code: 'LINK_KIND_MISMATCH' } });
    expect(host.writes).toEqual([]);
  });

  it('is not to be given by another name of a link', async () => {
    const nic = { name: 'eth0', mtu: 9000, alternativeNames: [tap] };
    for (const profile of [{ create_port: true }, { create_tap: true }]) {
      const { host, plug } = start({}, { links: [nic] });
      await expect(plug(direct(profile))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('is an alternative name of link eth0') },
      });
      expect(host.writes).toEqual([]);
    }
  });
});

describe('the network’s bridge', () => {
  it('has to be there if the plugin is not to make it, unless it is a trunk’s', async () => {
    const options = { create_bridge: false };
    const { host, plug } = start(options, { ovsBridges: [] });
    await expect(plug(direct())).rejects.toMatchObject({ cause: { code: 'OVS_BRIDGE_NOT_FOUND' } });
    expect(host.writes).toEqual([]);
    const ofTrunk = start(options, { ovsBridges: [] });
    await ofTrunk.plug(direct({ create_port: true }, { bridge: 'tbr-5c0fa17e-9' }));
    expect(ofTrunk.bridges()).toEqual(['tbr-5c0fa17e-9']);
  });
});

describe('a bridge of the port’s own', () => {
  const options = { per_port_bridge: true };

  it('has the tap, and patch ports to the integration bridge, where alone the port is known', async () => {
    const { plug, ports } = start(options);
    await plug(direct({}));
    expect(ports()).toMatchObject({
      [tap]: { bridge: own, interface: { externalIds: {}, mtuRequest: 1400 } },
      [sharedEnd]: {
        bridge: 'br-int',
        interface: { type: 'patch', externalIds: ids, options: { peer: ownEnd } },
      },
      [ownEnd]: { bridge: own, interface: { type: 'patch', externalIds: {}, options: { peer: sharedEnd } } },
    });
  });

  it('is isolated at the integration bridge, where Neutron’s agent will set the tag', async () => {
    const { plug, ports } = start({ ...options, isolate_vif: true });
    await plug(direct({}));
    expect(ports()[sharedEnd]).toMatchObject({ tag: 4095, trunks: [] });
    expect(ports()[tap]).toMatchObject({ tag: undefined, trunks: [] });
  });

  it('goes, even when the option has been turned off meanwhile', async () => {
    const { host, plug, ports, bridges } = start(options);
    await plug(direct({}));
    const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [ovs] });
    await driver.unplug({ vif: direct({}), instance });
    expect(bridges()).toEqual(['br-int']);
    expect(Object.keys(ports())).toEqual(['br-int']);
  });
});

describe('a vhost-user port', () => {
  it('connects to the socket of QEMU, where QEMU is the server', async () => {
    const { plug, ports, host } = start();
    await plug(vhostUser('server'));
    expect(host.ovs.snapshot().bridges['br-int']?.datapathType).toBe('netdev');
    expect(ports()['vhuac3e2f74-81']).toMatchObject({
      bridge: 'br-int',
      interface: {
        type: 'dpdkvhostuserclient',
        options: { 'vhost-server-path': '/run/vhu0' },
        externalIds: ids,
        mtuRequest: 1400,
      },
    });
  });

  it('makes the socket, where QEMU is the client', async () => {
    const { plug, ports } = start();
    await plug(vhostUser('client'));
    expect(ports()['vhuac3e2f74-81']?.interface).toMatchObject({ type: 'dpdkvhostuser', options: {} });
  });
});

describe('a virtual function', () => {
  const representor = { pfAddress: '0000:03:00.0', netDevice: 'ens1_2' };
  const card = (has: object) => ({ pci: { [vf]: { pf: 'ens1', index: 2, ...has } } });

  it('is on the bridge by its representor, which is up while it is', async () => {
    const { plug, unplug, ports, host } = start({}, card({ representor }));
    await plug(hostDevice('system'));
    expect(ports().ens1_2).toMatchObject({ bridge: 'br-int', interface: { type: '', externalIds: ids } });
    expect(host.links.snapshot().ens1_2?.up).toBe(true);
    await unplug(hostDevice('system'));
    expect(ports()).not.toHaveProperty('ens1_2');
    expect(host.links.snapshot().ens1_2?.up).toBe(false);
  });

  it('is a port of DPDK by its number and its physical function, which need no network device', async () => {
    const { plug, ports } = start({}, card({ representor: { pfAddress: '0000:03:00.0' } }));
    await plug(hostDevice('netdev'));
    expect(ports()['vfrac3e2f74-81']?.interface).toMatchObject({
      type: 'dpdk',
      options: { 'dpdk-devargs': '0000:03:00.0,representor=[2]' },
    });
  });

  it('cannot be plugged without a representor, or when it is missing', async () => {
    const without = start({}, card({ representor: { pfAddress: '0000:03:00.0' } }));
    await expect(without.plug(hostDevice('system'))).rejects.toMatchObject({
      code: 'PCI_DEVICE_NOT_FOUND',
      message: expect.stringContaining('devlink dev eswitch set pci/0000:03:00.0 mode switchdev'),
    });
    await expect(start().plug(hostDevice('netdev'))).rejects.toMatchObject({
      code: 'PCI_DEVICE_NOT_FOUND',
      message: expect.stringContaining('sriov_numvfs'),
    });
    expect((await start().unplug(hostDevice('system'))).changes).toEqual([]);
  });
});

describe('a trunk’s bridge', () => {
  const trunk = 'tbr-5c0fa17e-9';
  const vif = (name: string, vifId = id) =>
    new VIFOpenVSwitch({
      ...common({ bridge: trunk, profile: { create_port: true } }),
      id: vifId,
      port_profile: new VIFPortProfileOpenVSwitch({ interface_id: vifId, create_port: true }),
      vif_name: name,
    });
  const another = 'bc3e2f74-815d-4daf-9f2e-41709cb36e03';

  it('is named by its port, and never isolates it', async () => {
    const { plug, ports } = start({ isolate_vif: true });
    await plug(vif(tap));
    expect(ports()[tap]).toMatchObject({
      tag: undefined,
      interface: { externalIds: { ...ids, bridge_name: trunk } },
    });
  });

  it('goes with its last port', async () => {
    const { plug, unplug, bridges } = start();
    await plug(vif(tap));
    await plug(vif('tapother', another));
    await unplug(vif(tap));
    expect(bridges()).toEqual([trunk]);
    await unplug(vif('tapother', another));
    expect(bridges()).toEqual([]);
  });
});

describe('isolation', () => {
  it('is for new ports, until Neutron’s agent has bound them', async () => {
    const { host, plug, check, ports } = start({ isolate_vif: true });
    await plug(hybrid());
    expect(ports()[qvo]).toMatchObject(dead);
    await host.ovs.commit(
      [
        {
          kind: 'putPort',
          owner: 'agent',
          name: qvo,
          bridge: 'br-int',
          settings: { tag: 7, externalIds: { 'ovn-installed': 'true' } },
          portExternalIds: {},
          wired: false,
        },
      ],
      new Deadline(1_000).signal,
    );
    expect((await check(hybrid())).differences).toEqual([]);
    expect((await plug(hybrid())).changes).toEqual([]);
    expect(ports()[qvo]).toMatchObject({
      tag: 7,
      interface: { externalIds: { ...ids, 'ovn-installed': 'true' } },
    });
  });
});

describe('queueing', () => {
  it.each([
    [
      'a port on the kernel’s datapath',
      direct({ create_port: true, datapath_type: 'system' }),
      tap,
      'linux-noop',
    ],
    ['one on a datapath that is not named', direct(), tap, 'linux-noop'],
    ['none in userspace', direct({ create_port: true, datapath_type: 'netdev' }), tap, undefined],
    ['no vhost-user port', vhostUser('server'), 'vhuac3e2f74-81', undefined],
  ])('is given to %s', async (_, vif, port, qosType) => {
    const { plug, ports } = start();
    await plug(vif);
    expect(ports()[port]).toMatchObject({ ...(qosType !== undefined && { qosType }) });
    expect('qosType' in (ports()[port] ?? {})).toBe(qosType !== undefined);
  });
});

describe('what is left of another way of plugging', () => {
  it.each([
    ['hybrid', hybrid(), 'direct', direct({})],
    ['hybrid', hybrid(), 'vhost-user', vhostUser('server')],
    ['direct', direct({ create_port: true, create_tap: true }), 'hybrid', hybrid()],
    ['vhost-user', vhostUser('client'), 'direct', direct({})],
  ])('goes as well: plugged %s, unplugged %s', async (_, plugged, __, unplugged) => {
    const { host, plug, unplug } = start();
    await plug(plugged);
    await unplug(unplugged);
    const { links, ovs } = host.snapshot();
    expect([Object.keys(links), Object.keys(ovs.ports)]).toEqual([['br-int'], ['br-int']]);
  });
});

describe('what the plugin does not take', () => {
  it('is a tap for another VIF than a VIFOpenVSwitch', async () => {
    await expect(start().plug(vhostUser('server', { create_tap: true }))).rejects.toMatchObject({
      code: 'UNSUPPORTED_VIF',
    });
  });

  it.each([
    ['a QoS that Open vSwitch does not have', { default_qos_type: 'linux-cake' }],
    ['a flag that is none', { isolate_vif: 'yes' }],
    ['an option that os-vif does not have either', { isolate: true }],
  ])('is %s', (_, options) => {
    expect(() => start(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }));
  });
});
