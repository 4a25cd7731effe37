import { describe, expect, it } from 'vitest';
import { parseRules, rulesLost } from '../../../src/links/addresses/link-rules.js';
import { parseAddresses } from '../../../src/links/addresses/parse-addresses.js';
import { type IpRoute, routesOver } from '../../../src/links/addresses/parse-routes.js';

const forever = { valid_life_time: 4294967295, preferred_life_time: 4294967295 };
const ipv4 = { family: 'inet', prefixlen: 24, scope: 'global', label: 'eth1', ...forever };
const ipv6 = { family: 'inet6', prefixlen: 64, scope: 'global', ...forever };

describe('addresses', () => {
  const read = (...addr_info: Parameters<typeof parseAddresses>[0]['addr_info'] & object) =>
    parseAddresses({ ifname: 'eth1', addr_info });

  it('are read with all that `ip address` needs to set them elsewhere', () => {
    expect(
      read(
        { ...ipv4, local: '192.0.2.1', broadcast: '192.0.2.255', metric: 5, noprefixroute: true },
        { ...ipv4, local: '192.0.2.2', label: 'eth1:x', valid_life_time: 90, preferred_life_time: 0 },
        { ...ipv4, local: '192.0.2.3', address: '192.0.2.4', prefixlen: 32 },
        { ...ipv6, local: '2001:db8::1', preferred_life_time: 7, mngtmpaddr: true },
      ),
    ).toEqual([
      { address: '192.0.2.1/24', options: ['broadcast', '192.0.2.255', 'metric', '5', 'noprefixroute'] },
      { address: '192.0.2.2/24', label: 'eth1:x', options: ['valid_lft', '90', 'preferred_lft', '0'] },
      { address: '192.0.2.3', peer: '192.0.2.4/32', options: [] },
      {
        address: '2001:db8::1/64',
        options: ['valid_lft', 'forever', 'preferred_lft', '7', 'nodad', 'mngtmpaddr'],
      },
    ]);
  });

  it('are those that other hosts know, and that are not made from others', () => {
    expect(
      read(
        { ...ipv6, local: 'fe80::1', scope: 'link' },
        { ...ipv6, local: '2001:db8::2', temporary: true },
        { ...ipv6, local: '2001:db8::3', dadfailed: true },
        { ...ipv4, local: '127.0.0.1', scope: 'host' },
      ),
    ).toEqual([]);
  });

  it('have no label that is not one word', () => {
    expect(read({ ...ipv4, local: '192.0.2.1', label: 'eth1:x dev eth0' })).toEqual([
      { address: '192.0.2.1/24', options: [] },
    ]);
  });
});

describe('routes over a link', () => {
  const addresses = [
    { address: '192.0.2.1/24', options: [] },
    { address: '198.51.100.1/24', options: ['noprefixroute'] },
    { address: '192.0.2.77', peer: '192.0.2.78/32', options: [] },
  ];
  const over = (...routes: IpRoute[]) => routesOver('eth1', addresses, routes, 'inet').routes;

  it('are read with all that `ip route` needs, those without a gateway first', () => {
    const metrics = [{ mtu: 1400, advmss: 1360 }];
    expect(
      over(
        { dst: 'default', gateway: '192.0.2.254', dev: 'eth1', protocol: 'dhcp', metric: 50, metrics },
        { dst: '203.0.113.0/24', dev: 'eth1', scope: 'link', prefsrc: '192.0.2.1', tos: '0x10' },
        { dst: '203.0.114.0/24', gateway: '1.2.3.4', dev: 'eth1', flags: ['onlink', 'linkdown'] },
        { dst: '203.0.115.0/24', via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth1' },
      ),
    ).toEqual([
      {
        destination: '203.0.113.0/24',
        hops: [{ link: 'eth1', options: [] }],
        options: ['scope', 'link', 'src', '192.0.2.1', 'tos', '0x10'],
      },
      {
        destination: '0.0.0.0/0',
        hops: [{ link: 'eth1', options: ['via', '192.0.2.254'] }],
        options: ['proto', 'dhcp', 'metric', '50', 'mtu', '1400', 'advmss', '1360'],
      },
      {
        destination: '203.0.114.0/24',
        hops: [{ link: 'eth1', options: ['via', '1.2.3.4', 'onlink'] }],
        options: [],
      },
      {
        destination: '203.0.115.0/24',
        hops: [{ link: 'eth1', options: ['via', 'inet6 fe80::1'] }],
        options: [],
      },
    ]);
  });

  it('are those of several ways too, if one is over it', () => {
    const hop = (dev: string, weight: number) => ({ gateway: '192.0.2.254', dev, weight });
    expect(
      over(
        { dst: '203.0.113.0/24', nexthops: [hop('eth1', 2), hop('eth2', 1)] },
        { dst: '203.0.114.0/24', nexthops: [hop('eth2', 1), hop('eth3', 1)] },
      ),
    ).toMatchObject([
      {
        destination: '203.0.113.0/24',
        hops: [
          { link: 'eth1', options: ['via', '192.0.2.254', 'weight', '2'] },
          { link: 'eth2', options: ['via', '192.0.2.254', 'weight', '1'] },
        ],
      },
    ]);
  });

  it('are not those that come and go with an address, nor those of other links', () => {
    const kernel = { dev: 'eth1', protocol: 'kernel' };
    expect(
      over(
        { dst: '192.0.2.0/24', ...kernel },
        { dst: '192.0.2.78', ...kernel },
        { dst: 'fe80::/64', ...kernel },
        { dst: '203.0.113.0/24', dev: 'eth2' },
        { dst: '203.0.113.0/24', dev: 'eth1', type: 'multicast' },
        { dst: '198.51.100.0/24', ...kernel },
      ).map(({ destination }) => destination),
    ).toEqual(['198.51.100.0/24']);
  });

  it('have IPv6’s default route by its prefix, for `ip` would take it for IPv4’s', () => {
    const all = [{ dst: 'default', gateway: 'fe80::1', dev: 'eth1' }];
    expect(routesOver('eth1', [], all, 'inet6').routes).toMatchObject([{ destination: '::/0' }]);
  });

  it('are those of all tables, but of the kernel’s own', () => {
    expect(
      over(
        { dst: '192.0.2.0/24', dev: 'eth1', protocol: 'kernel', table: '100' },
        { dst: 'default', gateway: '192.0.2.254', dev: 'eth1', table: 'vpn' },
        { dst: '192.0.2.1', dev: 'eth1', protocol: 'kernel', type: 'local', table: 'local' },
      ),
    ).toMatchObject([
      { destination: '192.0.2.0/24', table: '100' },
      { destination: '0.0.0.0/0', table: 'vpn' },
    ]);
  });

  it.each([
    ['a next hop of its own number', { nhid: 5 }, 'nhid'],
    ['an encapsulation', { encap: 'mpls' }, 'encap'],
    ['an encapsulation on one of its ways', { nexthops: [{ dev: 'eth1', encap: 'mpls' }] }, 'encap'],
    ['a metric that is worded otherwise', { metrics: [{ congestion: 'reno' }] }, 'congestion'],
    ['another type', { type: 'multicast' }, 'multicast'],
  ])('are reported that would lose something: %s', (_, own, because) => {
    const route = { dst: '203.0.113.0/24', dev: 'eth1', table: '100', ...own };
    const { fixedRoutes } = routesOver('eth1', addresses, [route], 'inet');
    expect(fixedRoutes).toEqual([{ route: '203.0.113.0/24 table 100', because }]);
  });
});

describe('rules of policy routing', () => {
  const toBridge = { priority: 90, src: 'all', iif: 'br0', iif_detached: null, table: '100' };
  const rules = [
    { priority: 80, src: '192.0.2.1', table: '100' },
    { priority: 81, src: 'all', iif: 'eth1', table: '100' },
    { priority: 82, src: 'all', oif: 'eth1', table: '101' },
  ];

  it('are lost that name the link which gives its addresses away', () => {
    const lost = rulesLost(parseRules(rules, 'inet'), 'eth1', 'br0');
    expect(lost.map(({ direction, priority }) => [direction, priority])).toEqual([
      ['iif', 81],
      ['oif', 82],
    ]);
  });

  it('are not lost where the other link has the same, of the same family', () => {
    const own = parseRules(rules, 'inet');
    const lostWith = (family: 'inet' | 'inet6') =>
      rulesLost([...own, ...parseRules([toBridge], family)], 'eth1', 'br0').map(({ priority }) => priority);
    expect(lostWith('inet')).toEqual([82]);
    expect(lostWith('inet6')).toEqual([81, 82]);
  });
});
