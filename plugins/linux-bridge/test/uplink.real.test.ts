import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { makeNamespace, type Namespace, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import linuxBridge from '../src/index.js';
import { bridge, request } from './request.js';

requireOwnNetwork();

const ip = (line: string) => execFileSync('ip', line.split(' '), { encoding: 'utf8', stdio: 'pipe' });

const own = [
  'address add 192.0.2.10/24 broadcast 192.0.2.255 dev uplink0',
  'address add 192.0.2.11/24 dev uplink0 label uplink0:x',
  'address add 192.0.2.77 peer 192.0.2.78/32 dev uplink0 valid_lft 9000 preferred_lft 8000',
  'address add 198.51.100.5/24 dev uplink0 noprefixroute metric 7',
  'address add 2001:db8::10/64 dev uplink0 nodad',
  'route add default via 192.0.2.1 metric 50 mtu 1400',
  'route add 203.0.113.0/24 via 192.0.2.1 src 192.0.2.11',
  'route add 198.51.100.0/24 dev uplink0 proto kernel scope link src 198.51.100.5 metric 7',
  'route add 198.18.0.0/24 via 192.0.2.99 dev uplink0 onlink',
  'route add 198.18.1.0/24 nexthop via 192.0.2.1 dev uplink0 weight 2 nexthop via 192.0.2.2 dev uplink0 weight 1',
  '-6 route add default via 2001:db8::1 metric 1024',
  '-6 route add 2001:db8:5::/48 via 2001:db8::1 dev uplink0',
  // What is sent from the second address goes by a table of its own.
  'route add 192.0.2.0/24 dev uplink0 table 100 scope link src 192.0.2.11',
  'route add default via 192.0.2.2 table 100',
  '-6 route add default via 2001:db8::1 dev uplink0 table 100',
  'rule add from 192.0.2.11 lookup 100 priority 900',
];

/** A link's addresses but link-local ones, by the field that neither the link nor the clock decides. */
function addressesOf(link: string) {
  const [found] = JSON.parse(ip(`-json address show dev ${link}`));
  return found.addr_info
    .filter(({ scope }: { scope: string }) => scope !== 'link')
    .map(({ valid_life_time, preferred_life_time, label, ...each }: Record<string, unknown>) => ({
      ...each,
      lasts: Math.ceil(Number(valid_life_time) / 1000),
      isPreferredFor: Math.ceil(Number(preferred_life_time) / 1000),
      label: String(label ?? '').replace(link, ''),
    }));
}

/** The routes over a link but link-local ones, as `ip` prints them but for the link's name. */
function routesOf(link: string): string[] {
  const all = `${ip('-4 route show table all')}${ip('-6 route show table all')}`;
  return all
    .replaceAll(/\n\t/g, ' ')
    .split('\n')
    .filter((line) => line.includes(`dev ${link} `) && !/^fe80|^multicast|table local/.test(line))
    .map((line) => line.replaceAll(`dev ${link}`, '').replaceAll(/\s+/g, ' ').trim())
    .sort();
}

function reaches(address: string, from?: string): boolean {
  try {
    const source = from === undefined ? [] : ['-I', from];
    execFileSync('ping', ['-c', '1', '-W', '2', ...source, address], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const plugged = request({ should_create_bridge: true, bridge_interface: 'uplink0' });

describe('a host that is reached over the uplink', () => {
  let driver: VifDriver;
  let outside: Namespace;

  beforeEach(async () => {
    outside = await makeNamespace();
    ip('link add name uplink0 type veth peer name outside0');
    await outside.moveLink('outside0');
    await outside.run('ip', 'address', 'add', '192.0.2.1/24', 'dev', 'outside0');
    await outside.run('ip', 'address', 'add', '192.0.2.2/24', 'dev', 'outside0');
    await outside.run('ip', 'address', 'add', '203.0.113.9/32', 'dev', 'outside0');
    await outside.run('ip', 'address', 'add', '8.8.8.8/32', 'dev', 'outside0');
    await outside.run('ip', '-6', 'address', 'add', '2001:db8::1/64', 'dev', 'outside0', 'nodad');
    await outside.run('ip', 'link', 'set', 'dev', 'outside0', 'up');
    ip('link set dev uplink0 up');
    for (const line of own) ip(line);
    driver = createVifDriver({
      host: openHost(),
      guests: new LibvirtGuestConfigurator(),
      plugins: [linuxBridge],
    });
  });
  afterEach(async () => {
    await driver.close();
    const rules = 'ip rule delete priority 900; ip rule delete priority 901; ip rule delete priority 902';
    const links = `ip link delete dev ${bridge}; ip link delete dev uplink0; ip link delete dev guest0`;
    execFileSync('sh', ['-c', `${rules}; ip -6 rule delete priority 901; ${links}; true`], {
      stdio: 'ignore',
    });
    await outside.close();
  });

  const everywhere = ['192.0.2.1', '203.0.113.9', '8.8.8.8', '2001:db8::1'];

  it('is reached as before once the bridge has its addresses and routes', async () => {
    const before = { addresses: addressesOf('uplink0'), routes: routesOf('uplink0') };
    expect(before.addresses).toHaveLength(5);
    expect(everywhere.filter((address) => !reaches(address))).toEqual([]);
    await driver.plug(plugged);
    expect(addressesOf('uplink0')).toEqual([]);
    expect(routesOf('uplink0')).toEqual([]);
    // The kernel has no room for the bridge's name with a suffix: the label is the plain name then.
    const addresses = before.addresses.map((each: object) => ({ ...each, label: '' }));
    expect({ addresses: addressesOf(bridge), routes: routesOf(bridge) }).toEqual({ ...before, addresses });
    expect(everywhere.filter((address) => !reaches(address))).toEqual([]);
    expect((await driver.plug(plugged)).changes).toEqual([]);
    expect((await driver.check(plugged)).differences).toEqual([]);
  });

  it('is reached by the routes of all tables', async () => {
    const inTable = () => [ip('route show table 100'), ip('-6 route show table 100')];
    const before = inTable();
    expect(before.join('').match(/dev uplink0/g)).toHaveLength(3);
    expect(reaches('8.8.8.8', '192.0.2.11')).toBe(true);
    await driver.plug(plugged);
    expect(inTable()).toEqual(before.map((lines) => lines.replaceAll('dev uplink0', `dev ${bridge}`)));
    expect(reaches('8.8.8.8', '192.0.2.11')).toBe(true);
  });

  it.each([
    [
      'a route',
      'route add 198.18.7.0/24 via 192.0.2.1 realm 5 table 100',
      /198\.18\.7\.0\/24 table 100 .*'flow'/,
    ],
    [
      'a rule for what comes in',
      'rule add iif uplink0 lookup 100 priority 901',
      /Rule 901 of IPv4 has 'iif uplink0'/,
    ],
    [
      'a rule for what goes out',
      '-6 rule add oif uplink0 lookup 100 priority 901',
      /Rule 901 of IPv6 has 'oif/,
    ],
  ])('is refused before anything is written where %s would be lost', async (_, line, message) => {
    ip(line);
    // The link's own IPv6 address comes into use by itself a moment after the link is up, and lifetimes run down.
    const everything = () =>
      (ip('address show') + ip('route show table all') + ip('-6 route show table all')).replace(
        /\d+sec/g,
        'n sec',
      );
    await vi.waitFor(() => expect(everything()).not.toContain('tentative'), { timeout: 10_000 });
    const before = everything();
    const { steps } = await driver.plan(plugged);
    expect(steps.flatMap(({ blocked }) => blocked?.code ?? [])).toEqual(['LINK_ROUTES_FIXED']);
    await expect(driver.plug(plugged)).rejects.toMatchObject({
      cause: { code: 'LINK_ROUTES_FIXED', message: expect.stringMatching(message) },
    });
    expect(everything()).toBe(before);
  });

  it('is not refused for a rule that the bridge has as well', async () => {
    ip('rule add iif uplink0 lookup 100 priority 901');
    ip(`rule add iif ${bridge} lookup 100 priority 902`);
    await driver.plug(plugged);
    expect(everywhere.filter((address) => !reaches(address))).toEqual([]);
  });

  it.each([
    ['makes', ''],
    ['finds there', `link add name ${bridge} type bridge`],
  ])('keeps its MAC address on a bridge that the plug %s, whoever joins and leaves it', async (_, making) => {
    if (making) ip(making);
    const macOf = (link: string) => JSON.parse(ip(`-json link show dev ${link}`))[0].address;
    const mac = macOf('uplink0');
    await driver.plug(plugged);
    expect(macOf(bridge)).toBe(mac);
    // The kernel gives a bridge the lowest address of its members, unless it was set.
    ip('link add name guest0 address 02:00:00:00:00:01 type veth peer name guest1');
    ip(`link set dev guest0 master ${bridge} up`);
    expect([macOf(bridge), reaches('192.0.2.1')]).toEqual([mac, true]);
    ip('link delete dev guest0');
    expect([macOf(bridge), reaches('192.0.2.1')]).toEqual([mac, true]);
    expect((await driver.plug(plugged)).changes).toEqual([]);
  });

  it.each([
    ['makes the bridge', ''],
    ['finds it there without IPv6', `link add name ${bridge} type bridge`],
  ])('is reached as before when a plug fails that %s', async (_, making) => {
    if (making) {
      ip(making);
      await writeFile(`/proc/sys/net/ipv6/conf/${bridge}/disable_ipv6`, '1');
    }
    const links = ip('-brief link show').match(/^\S+/gm);
    const before = { addresses: addressesOf('uplink0'), routes: routesOf('uplink0') };
    const failing = createVifDriver({
      host: failingAfterLinks(),
      guests: new LibvirtGuestConfigurator(),
      plugins: [linuxBridge],
    });
    await expect(failing.plug(plugged)).rejects.toMatchObject({ undoFailures: [] });
    await failing.close();
    expect({ addresses: addressesOf('uplink0'), routes: routesOf('uplink0') }).toEqual(before);
    expect(everywhere.filter((address) => !reaches(address))).toEqual([]);
    expect(ip('-brief link show').match(/^\S+/gm)).toEqual(links);
  });
});

/** This host, on which links are changed as they should be, and then said to have failed. */
function failingAfterLinks() {
  const host = openHost();
  const [links, ...others] = host.runners;
  if (!links) throw new Error('a host without runners');
  const failing = {
    kinds: links.kinds,
    inspect: links.inspect.bind(links),
    undo: links.undo.bind(links),
    async apply(...args: Parameters<typeof links.apply>) {
      await links.apply(...args);
      throw new Error('The links were changed, and then something failed');
    },
  };
  return { ...host, runners: [failing, ...others] };
}
