import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sampled } from '../thorough.js';
import { all, ip, vsctl } from './break.js';
import { type Mode, type ModeName, mac, modes, qvb, qvo, tap } from './modes.js';
import { openSite, type Site } from './site.js';
import { told } from './told.js';
import { startTraffic, type Traffic } from './traffic.js';

/** A change of the host, and what check makes of it: nothing, if frames still pass. */
type Change = [what: string, mode: ModeName, does: (site: Site) => Promise<unknown>, leg?: string];

const bridge = (words: string) => (site: Site) => site.run('bridge', ...words.split(' '));
const member = (name: string, settings: string) => ip(`link set dev ${name} type bridge_slave ${settings}`);
const entry = (more: string) => bridge(`fdb replace ${mac} dev ${tap} master ${more}`);
/** A macvlan on the uplink instead of the way out. */
const wayOut = (mode: string) =>
  all(
    ip('link delete dev out7'),
    ip(`link add link up0 name out7 type macvlan mode ${mode}`),
    ip('link set dev out7 master br-lab up'),
  );
/** The way out as a bond, with a second member that has no carrier. */
const bond = (...settings: string[]) =>
  all(
    ip('link add name spare0 type veth peer name spare1'),
    ip('link set dev spare0 up'),
    vsctl('del-port', 'net0', '--', 'add-bond', 'br-int', 'bond0', 'net0', 'spare0', ...settings),
  );
const mirrorTo = (port: string) =>
  all(
    vsctl(
      ...['--id=@port', 'get', 'Port', port, '--'],
      ...['--id=@m', 'create', 'Mirror', 'name=m0', 'select_all=true', 'output-port=@port', '--'],
      ...['set', 'Bridge', 'br-int', 'mirrors=@m'],
    ),
    // Open vSwitch 3.1.0 may leave what flows in the datapath as it was before the mirror.
    (site) => site.run('ovs-appctl', '-t', `${site.ovs.directory}/ovs-vswitchd.ctl`, 'revalidator/purge'),
  );
/** Another VIF's bridge, with patch ports as a plug makes them. */
const othersPatch = vsctl(
  ...['add-br', 'pb-other', '--', 'set', 'Bridge', 'pb-other', 'datapath_type=netdev', '--'],
  ...['add-port', 'br-int', 'ibp-other', '--', 'set', 'Interface', 'ibp-other', 'type=patch'],
  ...['options:peer=pbp-other', '--', 'set', 'Port', 'ibp-other'],
  ...['external_ids:vifkit-vif=6f1d2c3b-4a59-4687-9706-1526374859a0', '--'],
  ...['add-port', 'pb-other', 'pbp-other', '--', 'set', 'Interface', 'pbp-other', 'type=patch'],
  'options:peer=ibp-other',
);
const portSettings = (port: string, ...settings: string[]) => vsctl('set', 'Port', port, ...settings);
/** Without its local port, nobody but the way out is left. */
const localDown = ip('link set dev br-int down');
const unplugged = ip('link set dev net0 down');

const guestsMember = `bridgeMember ${tap}`;
const changes: readonly Change[] = [
  ['a bridge that is smaller than its members', 'others_bridge', ip('link set dev br-lab mtu 1300')],
  ['a tap whose address the bridge learns', 'others_bridge', member(tap, 'flood off')],
  [
    'a tap whose address nobody knows',
    'others_bridge',
    member(tap, 'flood off learning off'),
    `broken ${guestsMember}`,
  ],
  [
    'a tap whose address the bridge is told',
    'others_bridge',
    all(member(tap, 'flood off learning off'), entry('static')),
  ],
  [
    'a tap whose address the bridge takes for its own',
    'others_bridge',
    all(member(tap, 'flood off learning off'), entry('local')),
    `broken ${guestsMember}`,
  ],
  ['a tap of a bridge that forgets', 'hybrid', member(tap, 'flood off'), `broken ${guestsMember}`],
  ['a pair of a bridge that forgets', 'hybrid', member(qvb, 'flood off'), `broken bridgeMember ${qvb}`],
  ['a tap that is locked', 'others_bridge', member(tap, 'locked on'), `broken ${guestsMember}`],
  ['a tap locked to its guest', 'others_bridge', all(member(tap, 'locked on'), entry('static'))],
  ['a way out whose addresses are learned', 'others_bridge', member('out7', 'flood off')],
  [
    'a tap that is isolated from the way out, but not from another',
    'others_bridge',
    all(
      ip('tuntap add dev tap-other mode tap'),
      ip('link set dev tap-other master br-lab up'),
      member(tap, 'isolated on'),
      member('out7', 'isolated on'),
    ),
    `broken ${guestsMember}`,
  ],
  ['a macvlan for its own address', 'others_bridge', wayOut('bridge'), `broken ${guestsMember}`],
  ['a macvlan for all addresses', 'others_bridge', wayOut('passthru')],
  ['a trunk', 'direct', vsctl('set', 'Port', tap, 'trunks=5'), `waiting ovsPort ${tap}`],
  [
    'a trunk with a native VLAN',
    'direct',
    vsctl('set', 'Port', tap, 'vlan_mode=native-untagged', 'trunks=0,5'),
  ],
  [
    'a trunk with a native VLAN that it lacks',
    'direct',
    vsctl('set', 'Port', tap, 'vlan_mode=native-untagged', 'trunks=5'),
    `broken ovsPort ${tap}`,
  ],
  ['a tunnel of tags', 'direct', portSettings(tap, 'vlan_mode=dot1q-tunnel', 'tag=0')],
  [
    'a tunnel of tags with others',
    'direct',
    portSettings(tap, 'vlan_mode=dot1q-tunnel', 'tag=0', 'cvlans=7'),
    `waiting ovsPort ${tap}`,
  ],
  [
    'a tunnel of tags with others and none',
    'direct',
    portSettings(tap, 'vlan_mode=dot1q-tunnel', 'tag=0', 'cvlans=0,7'),
  ],
  [
    'a port in another VLAN than the way out',
    'direct',
    all(portSettings(tap, 'tag=5'), portSettings('net0', 'tag=7'), localDown),
    `broken ovsPort ${tap}`,
  ],
  [
    'a port in another VLAN than the way out, but not than the host',
    'direct',
    all(portSettings(tap, 'tag=5'), portSettings('net0', 'tag=7')),
    `waiting ovsPort ${tap}`,
  ],
  [
    'a trunk of other VLANs than the way out',
    'direct',
    all(portSettings(tap, 'trunks=5,6'), portSettings('net0', 'trunks=7,8'), localDown),
    `broken ovsPort ${tap}`,
  ],
  [
    "a port in the way out's VLAN",
    'direct',
    all(portSettings(tap, 'tag=5'), portSettings('net0', 'tag=5'), localDown),
  ],
  [
    'a port in a VLAN that the way out lacks',
    'direct',
    all(portSettings(tap, 'tag=5'), portSettings('net0', 'trunks=7,8'), localDown),
    `broken ovsPort ${tap}`,
  ],
  [
    "a port in the way out's native VLAN",
    'direct',
    all(portSettings(tap, 'tag=5'), portSettings('net0', 'vlan_mode=native-untagged', 'tag=5', 'trunks=7')),
  ],
  [
    'a way out in a VLAN',
    'direct',
    all(portSettings('net0', 'tag=7'), localDown),
    `waiting ovsPort ${tap}`, // the guest may tag its frames
  ],
  ['a way out in a VLAN', 'hybrid', all(portSettings('net0', 'tag=7'), localDown), `waiting ovsPort ${qvo}`],
  [
    'a way out in a VLAN that a flow adds',
    'direct',
    all(portSettings(tap, 'tag=5'), portSettings('net0', 'tag=7'), (site) =>
      site.run('ovs-ofctl', 'add-flow', `unix:${site.ovs.directory}/br-int.mgmt`, 'actions=FLOOD'),
    ),
  ],
  [
    'a way out that is a tunnel of other tags',
    'direct',
    all(
      portSettings(tap, 'tag=5'),
      portSettings('net0', 'vlan_mode=dot1q-tunnel', 'tag=5', 'cvlans=7'),
      localDown,
    ),
    `broken ovsPort ${tap}`,
  ],
  [
    'a bond that finds no partner',
    'direct',
    bond('lacp=active', 'bond_mode=balance-tcp'),
    'waiting ovsBridge br-int',
  ],
  [
    'a bond that does without a partner',
    'direct',
    bond('lacp=active', 'bond_mode=balance-tcp', 'other_config:lacp-fallback-ab=true'),
  ],
  [
    'a bond whose other end says nothing',
    'direct',
    bond('bond_mode=active-backup', '--', 'set', 'Interface', 'net0', 'bfd:enable=true'),
    'waiting ovsBridge br-int',
  ],
  ['a card whose other end says nothing', 'direct', vsctl('set', 'Interface', 'net0', 'bfd:enable=true')],
  ['a bond with one card', 'direct', bond('bond_mode=active-backup')],
  ['a way out for copies only', 'direct', mirrorTo('net0'), 'waiting ovsBridge br-int'],
  [
    'a way out that spanning tree has not opened',
    'direct',
    vsctl(
      ...['set', 'Bridge', 'br-int', 'stp_enable=true', '--'],
      ...['set', 'Port', tap, 'other_config:stp-enable=false'],
    ),
    'waiting ovsBridge br-int',
  ],
  ["another VIF's patch port", 'direct', all(othersPatch, unplugged), 'waiting ovsBridge br-int'],
];

const withoutMulticasts = (name: string) => member(name, 'mcast_flood off');
const snoops = (settings: string) => ip(`link set dev br-lab type bridge ${settings}`);
/** A change that may stop IPv6 alone, and what check makes of it if the network has that, and if it is unknown. */
const multicasts: readonly [
  what: string,
  mode: ModeName,
  does: Change[2],
  passes: boolean,
  told: readonly [leg: string, ofIpv6: string, ofUnknown?: string],
][] = [
  ['a macvtap', 'macvtap', ip('link set dev macvtap0 allmulticast off'), false, ['macvtap up0', 'waiting']],
  ['a tap', 'hybrid', withoutMulticasts(tap), false, [`bridgeMember ${tap}`, 'broken', 'waiting']],
  ['a pair', 'hybrid', withoutMulticasts(qvb), false, [`bridgeMember ${qvb}`, 'broken', 'waiting']],
  [
    'an uplink',
    'bridge',
    all(snoops('mcast_snooping 0'), withoutMulticasts('up0')),
    false,
    ['bridgeMember up0', 'broken', 'waiting'],
  ],
  [
    'a way out',
    'others_bridge',
    all(snoops('mcast_snooping 0'), withoutMulticasts('out7')),
    false,
    [guestsMember, 'broken', 'waiting'],
  ],
  [
    'a way out of a bridge that snoops',
    'others_bridge',
    withoutMulticasts('out7'),
    false,
    [guestsMember, 'waiting', 'waiting'],
  ],
  [
    'a tap of a bridge that is a querier',
    'others_bridge',
    all(
      // Its first queries may come before its IPv6 address is there, without which it is no querier.
      snoops('mcast_startup_query_count 40 mcast_startup_query_interval 50 mcast_query_response_interval 50'),
      snoops('mcast_querier 1'),
      withoutMulticasts(tap),
    ),
    true,
    [guestsMember, 'waiting', 'waiting'],
  ],
];

describe('check reports what stops the traffic of a guest, and nothing else:', { timeout: 60_000 }, () => {
  let base: Site;
  let traffic: Traffic;
  beforeAll(async () => {
    base = await openSite();
  });
  beforeEach(async () => {
    traffic = await startTraffic(base);
  });
  afterEach(async () => {
    await traffic.close();
    await base.ovs.vsctl('del-br', 'br-int'); // with all settings of its own
    await base.clean();
  });
  afterAll(() => base.close());

  it.each(sampled(changes, 2))('%s (%s)', async (_, name, does, leg?: string) => {
    const { request, ...mode }: Mode = modes[name];
    const { site } = traffic;
    await traffic.connect({ request, ...mode });
    const driver = site.driver(mode.options);
    const tells = async () => told(await driver.check(request()));
    const patience = { timeout: 20_000, interval: 200 };
    await driver.plug(request());
    await mode.start(site);
    await expect.poll(() => traffic.passes(), patience).toBe(true);
    await does(site);
    await traffic.forget();
    await expect.poll(tells, patience).toEqual(leg === undefined ? [] : [leg]);
    await expect.poll(() => traffic.passes(), patience).toBe(leg === undefined);
    expect(await tells()).toEqual(leg === undefined ? [] : [leg]);
  });

  it.each(sampled(multicasts, 2))(
    'no multicasts to %s (%s)',
    async (_, name, does, passes, [leg, ofIpv6, ofUnknown]) => {
      const { request, ...mode }: Mode = modes[name];
      const { site } = traffic;
      await traffic.connect({ request, ...mode });
      const driver = site.driver(mode.options);
      const patience = { timeout: 20_000, interval: 200 };
      await driver.plug(request(1450, 'fd09::/64'));
      await mode.start(site);
      await expect.poll(() => traffic.passes(6), patience).toBe(true);
      await does(site);
      await expect.poll(() => traffic.passes(6), patience).toBe(passes);
      expect(await traffic.passes(4)).toBe(true);
      const tells = async (...cidrs: string[]) => told(await driver.check(request(1450, ...cidrs)));
      expect(await tells('10.9.0.0/24')).toEqual([]);
      expect(await tells('10.9.0.0/24', 'fd09::/64')).toEqual([`${ofIpv6} ${leg}`]);
      expect(await tells()).toEqual(ofUnknown ? [`${ofUnknown} ${leg}`] : []);
    },
  );
});

it('a guest that is isolated from all others has the host as its router', async () => {
  const site = await openSite();
  try {
    const { request, start, before }: Mode = modes.others_bridge;
    await before?.(site);
    await site.ip('link delete dev out7');
    await site.ip('tuntap add dev tap-other mode tap');
    await site.ip('link set dev tap-other master br-lab up');
    const driver = site.driver();
    await driver.plug(request());
    await start(site);
    for (const name of [tap, 'tap-other']) await member(name, 'isolated on')(site);
    expect(told(await driver.check(request()))).toEqual([`broken ${guestsMember}`]);
    await site.ip('link add link br-lab name above0 type macvlan mode bridge'); // or a VLAN's device
    for (const router of ['above0', 'br-lab']) {
      await site.ip(`address add 10.9.0.1/24 dev ${router}`);
      expect(told(await driver.check(request()))).toEqual([]);
      await site.ip(`address flush dev ${router}`);
    }
  } finally {
    await site.close();
  }
});
