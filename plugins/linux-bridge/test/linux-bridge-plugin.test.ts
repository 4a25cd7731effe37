import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHost, type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import linuxBridge from '../src/index.js';
import { bridge, request, unfiltered } from './request.js';

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

it('plans the guest’s link as one that is awaited, until it is there', async () => {
  const guestLink = async (hostOptions: MemoryHostOptions) => {
    const { steps } = await start(hostOptions).driver.plan(request({ should_create_bridge: true }));
    return steps.find(({ step }) => step.kind === 'link' && step.ifPresent);
  };
  expect(await guestLink({})).toMatchObject({ writes: false, isAwaited: true });
  const found = await guestLink({ links: [{ name: 'tap8a1c0d52-6f', type: 'tap' }] });
  expect(found?.writes).toBe(true);
  expect(found).not.toHaveProperty('isAwaited');
});

describe('what the uplink has of IP', () => {
  const [ipv4, ipv6] = ['192.0.2.10/24', '2001:db8::10/64'];
  const uplink = { name: 'eth1', up: true, addresses: [ipv4, ipv6], routes: ['0.0.0.0/0 via 192.0.2.1'] };
  const addressesOf = (host: MemoryHost, name: string) =>
    host.links.snapshot()[name]?.addresses?.map(({ address }) => address);

  it('goes to the bridge, which has IPv6 on for it', async () => {
    const { host, driver } = start({ links: [uplink] });
    await driver.plug(request(provided));
    expect(addressesOf(host, 'eth1')).toBeUndefined();
    expect(addressesOf(host, bridge)).toEqual([ipv4, ipv6]);
    expect(host.links.snapshot()[bridge]).toMatchObject({
      ipv6: true,
      routes: [{ destination: '0.0.0.0/0', hops: [{ link: bridge, options: ['via', '192.0.2.1'] }] }],
    });
    expect((await driver.plug(request(provided))).changes).toEqual([]);
    expect((await driver.check(request(provided))).differences).toEqual([]);
  });

  it('goes to a bridge that exists without IPv6', async () => {
    const { host, driver } = start({
      links: [uplink, { name: bridge, type: 'bridge', up: true, ipv6: false }],
    });
    await driver.plug(request(provided));
    expect(addressesOf(host, bridge)).toEqual([ipv4, ipv6]);
  });

  it('goes there with the routes of all tables', async () => {
    const routes = [...uplink.routes, 'table 100 0.0.0.0/0 via 192.0.2.2'];
    const { host, driver } = start({ links: [{ ...uplink, routes }] });
    await driver.plug(request(provided));
    expect(host.links.snapshot().eth1?.routes).toBeUndefined();
    expect(host.links.snapshot()[bridge]?.routes).toMatchObject([
      { hops: [{ options: ['via', '192.0.2.1'] }] },
      { table: '100', hops: [{ link: bridge, options: ['via', '192.0.2.2'] }] },
    ]);
  });

  it('stays, and nothing is written, if a rule for the uplink would match nothing then', async () => {
    const { host, driver } = start({ links: [uplink] });
    const rule = { family: 'inet', direction: 'iif', priority: 90, rest: 'table 100' } as const;
    host.links.kernel.rules.push({ ...rule, link: 'eth1' });
    await expect(driver.plug(request(provided))).rejects.toMatchObject({
      cause: { code: 'LINK_ROUTES_FIXED' },
    });
    expect(host.writes).toEqual([]);
    host.links.kernel.rules.push({ ...rule, link: bridge });
    await driver.plug(request(provided));
    expect(addressesOf(host, bridge)).toEqual([ipv4, ipv6]);
  });

  it.each([
    ['a bridge that it makes', []],
    ['a bridge that is there', [{ name: bridge, type: 'bridge', address: '02:00:00:00:00:01' }]],
  ])('goes to %s with the MAC address of the uplink', async (_, links) => {
    const { host, driver } = start({ links: [{ ...uplink, address: '02:00:00:00:00:0a' }, ...links] });
    await driver.plug(request(provided));
    expect(host.links.snapshot()[bridge]?.address).toBe('02:00:00:00:00:0a');
  });

  it('is nothing to a bridge that exists, and keeps the MAC address it has', async () => {
    const links = [{ name: 'eth1' }, { name: bridge, type: 'bridge', address: '02:00:00:00:00:01' }];
    const { host, driver } = start({ links });
    await driver.plug(request(provided));
    expect(host.links.snapshot()[bridge]?.address).toBe('02:00:00:00:00:01');
  });

  it('leaves the bridge without IPv6 if that is not needed', async () => {
    const { host, driver } = start({ links: [{ ...uplink, addresses: [ipv4] }] });
    await driver.plug(request(provided));
    expect(host.links.snapshot()[bridge]).toMatchObject({ ipv6: false });
  });

  it('goes from a VLAN that exists, and stays on the link below', async () => {
    const vlan7 = {
      name: 'vlan7',
      type: 'vlan',
      vlan: { link: 'eth1', id: 7 },
      addresses: ['198.51.100.1/24'],
    };
    const { host, driver } = start({ links: [uplink, vlan7] });
    await driver.plug(request(tagged));
    expect(addressesOf(host, bridge)).toEqual(['198.51.100.1/24']);
    expect(addressesOf(host, 'eth1')).toEqual([ipv4, ipv6]);
  });

  it('stays where the host does not provide the bridge', async () => {
    const { host, driver } = start({ links: [uplink, { name: bridge, type: 'bridge' }] });
    await driver.plug(request({ mtu: 1400, bridge_interface: 'eth1' }));
    expect(addressesOf(host, 'eth1')).toEqual([ipv4, ipv6]);
  });

  it('is shown by a plan and a check, and taken from an uplink that got it later', async () => {
    const { host, driver } = start({ links: [{ name: 'eth1', up: true }] });
    await driver.plug(request(provided));
    const late = host.links.kernel.links.get('eth1');
    late?.addresses.push({ address: ipv4, options: [] });
    late?.routes.push({ destination: '0.0.0.0/0', hops: [{ link: 'eth1', options: [] }], options: [] });
    const differences = [
      { attribute: 'addresses', expected: [], actual: [ipv4] },
      { attribute: 'routes', expected: [], actual: ['0.0.0.0/0'] },
    ];
    expect((await driver.check(request(provided))).differences).toMatchObject([
      { name: 'eth1', differences },
    ]);
    await driver.plug(request(provided));
    expect(addressesOf(host, bridge)).toEqual([ipv4]);
  });

  it('is given up by nobody if the bridge cannot be joined', async () => {
    const { host, driver } = start({ links: [uplink] });
    const before = host.snapshot();
    let joinings = 0;
    host.failAt(({ what }) => what === 'set eth1' && joinings++ === 0);
    await expect(driver.plug(request(provided))).rejects.toMatchObject({ undoFailures: [] });
    expect(host.writes.map(({ what }) => what)).toContain('set eth1');
    expect(host.writes.map(({ what }) => what)).not.toContainEqual(expect.stringMatching(/ from eth1$/));
    expect(host.snapshot()).toEqual(before);
  });
});

describe('a guest', () => {
  const filter = { mac: 'fa:16:3e:10:00:01', addresses: ['192.0.2.5', '2001:db8::5'] };

  it('may send as itself alone where neither Neutron filters nor the bridge is ours', async () => {
    const { host, driver } = start();
    await driver.plug(unfiltered({}));
    expect(host.filters.snapshot()).toEqual({
      'tap8a1c0d52-6f': { ...filter, vifId: unfiltered({}).vif.id },
    });
    expect((await driver.plug(unfiltered({}))).changes).toEqual([]);
    await driver.unplug(unfiltered({}));
    expect(host.filters.snapshot()).toEqual({});
  });

  it('is not filtered where Neutron does, or nobody is to', async () => {
    const { host, driver } = start();
    const { firewall, ...rest } = unfiltered({});
    await driver.plug({ ...request({}), firewall });
    await driver.plug(rest);
    expect(host.filters.snapshot()).toEqual({});
  });

  it('is filtered no more when the plug fails', async () => {
    const { host, driver } = start({ links: [{ name: 'eth1' }] });
    host.failAt(({ what }) => what.startsWith('add'));
    await expect(driver.plug(unfiltered(provided))).rejects.toMatchObject({ undoFailures: [] });
    expect(host.filters.snapshot()).toEqual({});
  });
});

describe('the MTU of an uplink without VLAN, and of its bridge', () => {
  it.each([
    ["the network's, where the uplink had more", 1450, 9000, {}, 1450],
    ["the network's, where the uplink had less", 9000, 1500, {}, 9000],
    ["the option's, for a network without one", 0, 9000, {}, 1500],
    ["the option's, whatever it is", 0, 1500, { network_device_mtu: 1400 }, 1400],
  ])('is %s', async (_, mtu, before, options, expected) => {
    const { host, driver } = start({ links: [{ name: 'eth1', mtu: before }] }, options);
    await driver.plug(request({ ...provided, mtu }));
    const links = host.links.snapshot();
    expect([links.eth1?.mtu, links[bridge]?.mtu]).toEqual([expected, expected]);
    expect((await driver.plug(request({ ...provided, mtu }))).changes).toEqual([]);
  });

  it('is given back when the plug fails', async () => {
    const { host, driver } = start({ links: [{ name: 'eth1', mtu: 9000 }] });
    const before = host.snapshot();
    let sets = 0;
    host.failAt(({ what }) => what === 'set eth1' && sets++ === 0);
    await expect(driver.plug(request({ ...provided, mtu: 1450 }))).rejects.toMatchObject({
      undoFailures: [],
    });
    expect(host.snapshot()).toEqual(before);
  });
});

describe('the MTU of a VLAN device', () => {
  it.each([
    ['the least there is for a smaller network', 1450, 9000, 1500],
    ['the least there is for a network whose MTU is not known', 0, 9000, 1500],
    ["the network's as far as the link below carries it", 9000, 9000, 9000],
    ['no more than the link below carries', 9000, 4000, 4000],
    ['the least there is for a link below of no more', 9000, 1500, 1500],
    ['what the link below has, where that is less than the least', 1450, 1400, 1400],
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
    ['the MTU is not known', { mtu: 0 }],
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
