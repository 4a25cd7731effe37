import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostChange, VifDriver } from '@vifkit/engine';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import linuxBridge from '@vifkit/plugin-linux-bridge';
import ovsHybrid from '@vifkit/plugin-ovs-hybrid';
import { listLinks, type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { filtered, hybrid, idOf } from '../gc/requests.js';

requireOwnNetwork();

const stop = new AbortController();
let ovs: OpenVSwitch;
let driver: VifDriver;
let stateDir: string;
let watching: Promise<void>;
const seen: HostChange[] = [];

const run = (...[program, ...args]: [string, ...string[]]) =>
  execFileSync(program, args, { encoding: 'utf8' });
const ip = (line: string) => run('ip', ...line.split(' '));
const name = (kind: string, number: number) => `${kind}${idOf(number)}`.slice(0, 14);

beforeAll(async () => {
  ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', `datapath_type=${ovs.datapathType}`);
  await vi.waitFor(() => expect(listLinks()).toContain('br-int'), 20_000);
  stateDir = await mkdtemp(join(tmpdir(), 'watch-'));
  const host = openHost({ ovsdb: ovs.endpoint, stateDir, reserve: true });
  driver = createVifDriver({
    host,
    guests: new LibvirtGuestConfigurator(),
    plugins: [linuxBridge, ovsHybrid],
  });
  await driver.plugAll([hybrid(1), hybrid(2), filtered(3)]);
  ip('link add eth7 type veth peer name far7');
  ip('link set dev eth7 master brq-routed');
  watching = (async () => {
    for await (const change of driver.watch({ signal: stop.signal })) seen.push(change);
  })();
  ip('link set dev eth7 up');
  let mtu = 1400;
  await vi.waitFor(
    () => {
      ip(`link set dev eth7 mtu ${++mtu}`); // until it listens
      expect(seen.map((each) => each.name)).toContain('eth7');
    },
    { timeout: 20_000, interval: 200 },
  );
});
afterAll(async () => {
  stop.abort();
  await watching;
  await ovs.server.start();
  await ovs.vswitchd.start();
  await driver.gc({ keep: 'none' });
  await driver.close();
  // The bridge has lost its mark meanwhile, and is nobody's to a collection.
  for (const link of ['far7', 'tapguest', 'brq-routed', qbr])
    if (listLinks().includes(link)) ip(`link delete dev ${link}`);
  run('nft', 'flush', 'ruleset');
  await ovs.stop();
  await rm(stateDir, { recursive: true });
});

const [qbr, qvb, qvo] = [name('qbr', 1), name('qvb', 1), name('qvo', 1)];
const ofVif = [idOf(1)];

type Drift = readonly [
  what: string,
  make: () => unknown,
  told: { readonly name: string; readonly attribute: string; readonly vifIds: readonly string[] },
];

/** In this order, the bridge up first, as the kernel tells nothing of the settings of links that are down: what one of them breaks, those behind it do not need. */
const drifts: readonly Drift[] = [
  [
    'a link that is set down',
    () => ip(`link set dev ${qbr} down`),
    { name: qbr, attribute: 'up', vifIds: ofVif },
  ],
  [
    'a link that is set up again',
    () => ip(`link set dev ${qbr} up`),
    { name: qbr, attribute: 'up', vifIds: ofVif },
  ],
  ['another MTU', () => ip(`link set dev ${qvb} mtu 1300`), { name: qvb, attribute: 'mtu', vifIds: ofVif }],
  [
    'another MAC address',
    () => ip(`link set dev ${qvb} address 02:00:00:00:00:77`),
    { name: qvb, attribute: 'address', vifIds: ofVif },
  ],
  [
    'promiscuous mode that is left',
    () => ip(`link set dev ${qvo} promisc off`),
    { name: qvo, attribute: 'promisc', vifIds: ofVif },
  ],
  [
    'a bridge that speaks STP',
    () => ip(`link set dev ${qbr} type bridge stp_state 1`),
    { name: qbr, attribute: 'bridge.stp', vifIds: ofVif },
  ],
  [
    'a bridge that learns',
    () => ip(`link set dev ${qbr} type bridge ageing_time 30000`),
    { name: qbr, attribute: 'bridge.ageing', vifIds: ofVif },
  ],
  [
    "a guest's tap that comes",
    () => ip(`tuntap add dev tapguest mode tap`) + ip(`link set dev tapguest master ${qbr}`),
    { name: 'tapguest', attribute: 'exists', vifIds: ofVif },
  ],
  [
    "a guest's tap that leaves its bridge",
    () => ip('link set dev tapguest nomaster'),
    { name: 'tapguest', attribute: 'master', vifIds: ofVif },
  ],
  [
    'a link that leaves its bridge',
    () => ip(`link set dev ${qvb} nomaster`),
    { name: qvb, attribute: 'master', vifIds: ofVif },
  ],
  [
    'a mark that is taken away',
    () => ip(`link set dev ${qbr} alias mine`),
    { name: qbr, attribute: 'alias', vifIds: ofVif },
  ],
  [
    'an uplink that goes down',
    () => ip('link set dev eth7 down'),
    { name: 'eth7', attribute: 'up', vifIds: [idOf(3)] },
  ],
  [
    'an uplink that leaves the shared bridge',
    () => ip('link set dev eth7 nomaster'),
    { name: 'eth7', attribute: 'master', vifIds: [idOf(3)] },
  ],
  [
    'another VLAN',
    () => ovs.vsctl('set', 'port', qvo, 'tag=42'),
    { name: qvo, attribute: 'tag', vifIds: ofVif },
  ],
  [
    'another iface-id',
    () => ovs.vsctl('set', 'interface', qvo, 'external_ids:iface-id=other'),
    { name: qvo, attribute: 'interfaceIds.iface-id', vifIds: ofVif },
  ],
  [
    "a port's mark that is taken away",
    () => ovs.vsctl('remove', 'port', qvo, 'external_ids', 'vifkit-vif'),
    { name: qvo, attribute: 'externalIds.vifkit-vif', vifIds: ofVif },
  ],
  [
    'a limit of its traffic',
    () => ovs.vsctl('set', 'interface', name('qvo', 2), 'ingress_policing_rate=1000'),
    { name: name('qvo', 2), attribute: 'ingressPolicingRate', vifIds: [idOf(2)] },
  ],
  [
    'a filter that is flushed',
    () =>
      run('nft', 'flush', 'set', 'bridge', 'vifkit', 'macs') +
      run('nft', 'flush', 'set', 'bridge', 'vifkit', 'guests'),
    { name: 'tap3', attribute: 'exists', vifIds: [idOf(3)] },
  ],
  [
    'a link that is deleted',
    () => ip(`link delete dev ${name('qvo', 2)}`),
    { name: name('qvb', 2), attribute: 'exists', vifIds: [idOf(2)] },
  ],
  [
    'a bridge without its controller',
    () => ovs.vsctl('set', 'bridge', 'br-int', 'fail_mode=secure'),
    { name: 'br-int', attribute: 'failMode', vifIds: ofVif },
  ],
  [
    'a port that is deleted',
    () => ovs.vsctl('del-port', name('qvo', 2)),
    { name: name('qvo', 2), attribute: 'exists', vifIds: [idOf(2)] },
  ],
  [
    'ovs-vswitchd that ends',
    () => ovs.vswitchd.stop(),
    { name: 'ovs-vswitchd', attribute: 'running', vifIds: ofVif },
  ],
  [
    'the database server that ends',
    () => ovs.server.stop(),
    { name: 'ovsdb-server', attribute: 'running', vifIds: ofVif },
  ],
  [
    'the database server that comes back',
    () => ovs.server.start(),
    { name: 'ovsdb-server', attribute: 'running', vifIds: ofVif },
  ],
  [
    'a port that changes thereafter',
    () => ovs.vsctl('set', 'port', qvo, 'tag=43'),
    { name: qvo, attribute: 'tag', vifIds: ofVif },
  ],
];

describe('a watch reports', () => {
  it.each(drifts)('%s', async (_, make, { name, attribute, vifIds }) => {
    const before = seen.length;
    await make();
    const found = await vi.waitFor(() => {
      const all = seen
        .slice(before)
        .flatMap((change) =>
          change.name === name && change.changes.some((each) => each.attribute === attribute) ? [change] : [],
        );
      expect(all).not.toEqual([]);
      return all;
    }, 20_000);
    expect(found.flatMap((change) => change.vifIds)).toEqual(expect.arrayContaining([...vifIds]));
  });
});
