import { Network, VIFBridge, VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ovs from '../src/index.js';
import { address, hybrid, id, instance, request } from './request.js';

function start(hostOptions?: MemoryHostOptions, options: object = {}) {
  const host = memoryHost(hostOptions);
  const guests = new LibvirtGuestConfigurator();
  return { host, driver: createVifDriver({ host, guests, plugins: [ovs], options: { ovs: options } }) };
}

const [qbr, qvb, qvo] = ['qbrac3e2f74-81', 'qvbac3e2f74-81', 'qvoac3e2f74-81'] as const;

describe('a hybrid VIF', () => {
  it('has the MTU of its network on every leg', async () => {
    const { host, driver } = start();
    await driver.plug(request(hybrid, { mtu: 8950 }));
    const { links, ovs } = host.snapshot();
    expect([qbr, qvb, qvo].map((name) => links[name]?.mtu)).toEqual([8950, 8950, 8950]);
    expect(ovs.ports[qvo]?.interface).toMatchObject({ mtuRequest: 8950 });
    expect(links['br-int']?.mtu).toBe(8950);
  });

  it.each([{}, { mtu: 0 }])('has the MTU of the option where its network has %j', async (meta) => {
    const { host, driver } = start({}, { network_device_mtu: 1400 });
    await driver.plug(request(hybrid, meta));
    expect(host.links.snapshot()[qvo]?.mtu).toBe(1400);
  });

  it('has a bridge that is a wire: no delay, no learning, no IPv6, no answers to ARP for the host', async () => {
    const { host, driver } = start();
    await driver.plug(request(hybrid));
    expect(host.links.snapshot()[qbr]).toMatchObject({
      up: true,
      ipv6: false,
      arpIgnore: 1,
      arpAnnounce: 2,
      bridge: { forwardDelay: 0, stp: false, multicastSnooping: false, ageing: 0 },
    });
  });

  it('is known to Open vSwitch by the ids that agents look for', async () => {
    const { host, driver } = start();
    const interfaceId = 'cf73bd51-2177-42ac-a69b-ec17317e8e9b';
    await driver.plug(request(hybrid, {}, { ovs_interfaceid: interfaceId }));
    expect(host.ovs.snapshot().ports[qvo]).toMatchObject({
      bridge: 'br-int',
      interface: {
        externalIds: {
          'iface-id': interfaceId,
          'iface-status': 'active',
          'attached-mac': address,
          'vm-uuid': instance.uuid,
        },
      },
    });
  });

  it('does not undo the MTU of another network on the same bridge, nor the other way round', async () => {
    const { host, driver } = start();
    const small = request(hybrid, { mtu: 1400 });
    const large = request(
      hybrid,
      { mtu: 8950 },
      { id: 'bb3e2f74-815d-4daf-9f2e-41709cb36e03', devname: 'tapbb' },
    );
    await driver.plug(small);
    await driver.plug(large);
    expect((await driver.plug(small)).changes).toEqual([]);
    expect((await driver.check(large)).differences).toEqual([]);
    expect(host.links.snapshot()['br-int']?.mtu).toBe(8950);
  });
});

describe('which way a VIF of type ovs goes', () => {
  it.each([
    ['hybrid when Neutron says so', { ovs_hybrid_plug: true }, 'noop', true],
    ['hybrid when the host has to filter', {}, 'iptables', true],
    ['directly when Neutron filters', { port_filter: true }, 'iptables', false],
    ['directly when nobody filters', {}, 'noop', false],
  ])('%s', async (_, details, firewall, isHybrid) => {
    const { host, driver } = start();
    await driver.plug({ ...request(details), firewall });
    expect(qvo in host.ovs.snapshot().ports).toBe(isHybrid);
  });
});

describe('the integration bridge', () => {
  it('is made with the datapath type that Neutron names', async () => {
    const { host, driver } = start();
    await driver.plug(request({ datapath_type: 'netdev', port_filter: true }));
    expect(host.ovs.snapshot().bridges['br-int']?.datapathType).toBe('netdev');
  });

  it('keeps its own if it is there', async () => {
    const { host, driver } = start({ ovsBridges: [{ name: 'br-int', datapathType: 'netdev' }] });
    await driver.plug(request(hybrid));
    expect(host.ovs.snapshot().bridges['br-int']?.datapathType).toBe('netdev');
  });

  it('cannot be of a type that Open vSwitch does not have', async () => {
    await expect(start().driver.plug(request({ datapath_type: 'nonsense' }))).rejects.toMatchObject({
      code: 'UNSUPPORTED_VIF',
    });
  });
});

describe('what the plugin does not take', () => {
  it('is a VIF without its port profile', async () => {
    const network = new Network({ id, bridge: 'br-int' });
    const vif = new VIFBridge({ id, address, plugin: 'ovs', bridge_name: qbr, network });
    await expect(start().driver.plug({ vif, instance })).rejects.toMatchObject({ code: 'UNSUPPORTED_VIF' });
  });

  it('is a VIF of another class', async () => {
    const vif = new VIFGeneric({ id, address, plugin: 'ovs', vif_name: 'tap0' });
    await expect(start().driver.plug({ vif, instance })).rejects.toMatchObject({ code: 'UNSUPPORTED_VIF' });
  });
});
