import { createVifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import linuxBridge from '../src/index.js';
import { bridge, request } from './request.js';

function start(hostOptions?: MemoryHostOptions, options: object = {}) {
  const host = memoryHost(hostOptions);
  const guests = new LibvirtGuestConfigurator();
  const plugins = [linuxBridge];
  return { host, driver: createVifDriver({ host, guests, plugins, options: { linux_bridge: options } }) };
}

const provided = { should_create_bridge: true, bridge_interface: 'eth1' };
const tagged = { ...provided, should_create_vlan: true, vlan: 7 };

describe('a bridge that the host provides', () => {
  it('forwards at once, speaks no STP and no IPv6', async () => {
    const { host, driver } = start();
    await driver.plug(request({ should_create_bridge: true }));
    expect(host.links.snapshot()[bridge]).toMatchObject({
      type: 'bridge',
      up: true,
      ipv6: false,
      bridge: { forwardDelay: 0, stp: false },
    });
  });

  it('keeps what its maker chose, if it is there', async () => {
    const { host, driver } = start({
      links: [{ name: bridge, type: 'bridge', up: true, bridge: { stp: true } }],
    });
    expect((await driver.plug(request({ should_create_bridge: true }))).changes).toEqual([]);
    expect(host.links.snapshot()[bridge]).toMatchObject({ ipv6: true, bridge: { stp: true } });
  });

  it('is joined by the uplink of the network, or of the option', async () => {
    const links = [{ name: 'eth1' }, { name: 'eth2' }];
    const own = start({ links });
    await own.driver.plug(request(provided));
    expect(own.host.links.snapshot().eth1).toMatchObject({ up: true, master: bridge });

    const other = start({ links }, { flat_interface: 'eth2' });
    await other.driver.plug(request(provided));
    expect(other.host.links.snapshot().eth1?.master).toBeUndefined();
    expect(other.host.links.snapshot().eth2).toMatchObject({ up: true, master: bridge });
  });

  it('does not take an uplink out of another bridge', async () => {
    const links = [
      { name: 'br-other', type: 'bridge' },
      { name: 'eth1', master: 'br-other' },
    ] as const;
    const { host, driver } = start({ links });
    const before = host.snapshot();
    await expect(driver.plug(request(provided))).rejects.toMatchObject({ cause: { code: 'LINK_BUSY' } });
    expect(host.snapshot()).toEqual(before);
  });

  it('fails before anything is written when the uplink is missing', async () => {
    const { host, driver } = start();
    await expect(driver.plug(request(provided))).rejects.toMatchObject({ cause: { code: 'LINK_NOT_FOUND' } });
    expect(host.writes).toEqual([]);
  });

  it('stays after the unplug, for the other VIFs of its network', async () => {
    const { host, driver } = start({ links: [{ name: 'eth1' }] });
    await driver.plug(request(provided));
    const plugged = host.snapshot();
    expect((await driver.unplug(request(provided))).changes).toEqual([]);
    expect(host.snapshot()).toEqual(plugged);
  });
});

describe('the MTU of a VLAN device', () => {
  it.each([
    ['the least there is for a smaller network', 1450, 9000, 1500],
    ["the network's as far as the link below carries it", 9000, 9000, 9000],
    ['no more than the link below carries', 9000, 4000, 4000],
    ['the least there is for a link below of no more', 9000, 1500, 1500],
  ])('is %s', async (_, mtu, below, expected) => {
    const { host, driver } = start({ links: [{ name: 'eth1', mtu: below }] });
    await driver.plug(request({ ...tagged, mtu }));
    expect(host.links.snapshot().vlan7).toMatchObject({
      type: 'vlan',
      mtu: expected,
      master: bridge,
      vlan: { link: 'eth1', id: 7 },
    });
  });
});

describe('a bridge that is not the host’s to provide', () => {
  it.each([
    ['nothing is said of it', {}],
    ['nova-network provides it', { should_create_bridge: true, multi_host: true }],
  ])('is left alone when %s', async (_, meta) => {
    const { host, driver } = start();
    expect((await driver.plug(request(meta))).changes).toEqual([]);
    expect(host.writes).toEqual([]);
  });

  it('is given the MTU of its network, and has to be there for that', async () => {
    const { host, driver } = start({ links: [{ name: bridge, type: 'bridge' }] });
    await driver.plug(request({ mtu: 1400 }));
    expect(host.links.snapshot()[bridge]?.mtu).toBe(1400);
    await expect(start().driver.plug(request({ mtu: 1400 }))).rejects.toMatchObject({
      cause: { code: 'LINK_NOT_FOUND' },
    });
  });
});

it('refuses options that are none, or not of their kind', () => {
  expect(() => start({}, { flat_interface: 'no such/name' })).toThrow(/flat_interface/);
  expect(() => start({}, { mtu: 1 })).toThrow(/no option 'mtu'/);
});
