import {
  listLinks,
  makeNamespace,
  type Namespace,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
} from '@vifkit/testkit/bed';
import { $ } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { portOf } from '../ovn/chassis.js';
import { rounds, sampled } from '../thorough.js';
import { callOff, type MigrationPair, type Moved, pingOn, startPair, tooCostly } from './moving-guest.js';

requireOwnNetwork();

const RUNS = rounds(1, 20);

const FABRIC = 'plain-fabric';

// Hosts with switches that learn, and nobody to tell them anything.
describe('a live migration between plain switches', { timeout: 240_000 }, () => {
  let before: string[];
  let pair: MigrationPair;
  let peer: Namespace;
  const places: { namespace: Namespace; ovs: OpenVSwitch }[] = [];

  beforeAll(async () => {
    before = listLinks();
    await $`ip link add name ${FABRIC} up type bridge`;
    peer = await makeNamespace();
    await $`ip link add name to-peer up master ${FABRIC} type veth peer name eth0 netns ${peer.pid}`;
    await peer.run('ip', 'link', 'set', 'dev', 'eth0', 'up');
    await peer.run('ip', 'address', 'add', '10.66.0.99/24', 'dev', 'eth0');
    for (const number of [1, 2]) {
      const namespace = await makeNamespace();
      const ovs = await startOpenVSwitch({ namespace });
      places.push({ namespace, ovs });
      // One uplink for Open vSwitch, and one for the Linux bridge.
      for (const link of ['ovs', 'lan']) {
        const near = `to-${link}${number}`;
        await $`ip link add name ${near} type veth peer name ${link} netns ${namespace.pid}`;
        await namespace.run('ip', 'link', 'set', 'dev', link, 'up');
      }
      await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
      await ovs.vsctl('add-port', 'br-int', 'ovs');
      await namespace.run('ip', 'link', 'add', 'name', 'br-lan', 'up', 'type', 'bridge');
      await namespace.run('ip', 'link', 'set', 'dev', 'lan', 'master', 'br-lan');
    }
    const [first, second] = places;
    if (!first || !second) throw new Error('There are no two hosts');
    pair = await startPair([first, second], () => ({}));
  }, 120_000);
  afterAll(async () => {
    await pair?.stop();
    for (const { namespace, ovs } of places) {
      await ovs.stop();
      await namespace.close();
    }
    await peer?.close();
    for (const link of listLinks().filter((name) => name.startsWith('to-'))) {
      await $({ reject: false })`ip link delete dev ${link}`;
    }
    await $`ip link delete dev ${FABRIC}`;
    // The kernel removes links to a namespace some time after its end.
    await vi.waitFor(() => expect(listLinks()).toEqual(before), 10_000);
  });

  const cases = [
    ['Open vSwitch, direct', 'ovs', portOf(11, { ovs_create_tap: false }).request, false],
    ['Open vSwitch, create_tap', 'ovs', portOf(12).request, true],
    ['a Linux bridge', 'lan', portOf(13).request, false],
  ] as const;

  it.each(sampled(cases, 2))(
    'on %s loses next to nothing, and nothing if it is called off',
    async (_, uplink, given, delegates) => {
      const onBridge = uplink === 'lan' && {
        ...{ type: 'bridge', details: {}, network: { ...given.vif.network, bridge: 'br-lan' } },
      };
      const vif = { ...given.vif, delegate_create: delegates, ...onBridge };
      const request = { ...given, vif, host: { virt_type: 'qemu' } };
      for (const number of [1, 2]) await $`ip link set dev to-${uplink}${number} up master ${FABRIC}`;
      const address = `10.66.0.${Number.parseInt(given.vif.address.slice(-2), 16)}`;
      const [first] = pair.hosts;
      await first.vif(request, 'plug');
      const { xml = '' } = await first.vif(request, 'config');
      const name = `plain-${address}`;
      const guest = await pair.guests.start({
        name,
        device: xml,
        address: `${address}/24`,
        peer: '10.66.0.99',
      });
      const moved: Moved[] = [];
      try {
        expect(await guest.report()).toMatchObject({ pings: 3 });
        const stopPing = pingOn(peer, address);
        await callOff(pair, name, request);
        expect(await stopPing()).toMatchObject({ lost: 0 });
        for (let run = 0; run < RUNS; run++) {
          const [source, destination] = run % 2 === 0 ? pair.hosts : [pair.hosts[1], pair.hosts[0]];
          const stopPing = pingOn(peer, address);
          await destination.vif(request, 'plug', '--phase', 'prepare');
          const pause = await pair.move(name, run % 2 === 0 ? 0 : 1);
          await destination.vif(request, 'plug', '--phase', 'activate');
          await source.vif(request, 'unplug', '--phase', 'release');
          moved.push({ pause, lost: (await stopPing()).lost });
        }
      } finally {
        for (const host of pair.hosts) await host.libvirtd.virsh('destroy', name).catch(() => {});
      }
      for (const host of pair.hosts) await host.vif(request, 'unplug');
      for (const number of [1, 2]) await $`ip link set dev to-${uplink}${number} nomaster`;
      expect(tooCostly(moved)).toEqual([]);
    },
  );
});
