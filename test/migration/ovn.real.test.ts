import { setTimeout as settle } from 'node:timers/promises';
import {
  listLinks,
  makeNamespace,
  type Namespace,
  type Ovn,
  requireOwnNetwork,
  startOvn,
} from '@vifkit/testkit/bed';
import { $ } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { portOf } from '../ovn/chassis.js';
import { rounds, sampled } from '../thorough.js';
import { callOff, type MigrationPair, type Moved, pingOn, startPair, tooCostly } from './moving-guest.js';

requireOwnNetwork();

const RUNS = rounds(1, 20);

// A guest that moves between two hosts of OVN, to and fro, with a ping at ten a second.
describe('a live migration on OVN', { timeout: 240_000 }, () => {
  let before: string[];
  let ovn: Ovn;
  let pair: MigrationPair;
  let peer: Namespace;

  beforeAll(async () => {
    before = listLinks();
    ovn = await startOvn({ chassis: 2 });
    const [first, second] = ovn.chassis;
    if (!first || !second) throw new Error('There are no two chassis');
    pair = await startPair([first, second], (index) => ({
      VIF_OVN_SB: ovn.southbound,
      VIF_OVN_NB: ovn.northbound,
      OVN_RUNDIR: ovn.chassis[index]?.runDirectory,
    }));
    await ovn.nbctl('ls-add', 'net', '--', 'lsp-add', 'net', 'peer');
    await ovn.nbctl('lsp-set-addresses', 'peer', '02:00:00:00:00:99 10.66.0.99');
    peer = await makeNamespace();
    // The peer is a third party, on the first host.
    await first.namespace.run(
      'ip',
      'link',
      'add',
      'name',
      'peer',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      String(peer.pid),
    );
    await first.namespace.run('ip', 'link', 'set', 'dev', 'peer', 'up');
    await peer.run('ip', 'link', 'set', 'dev', 'eth0', 'address', '02:00:00:00:00:99', 'mtu', '1400', 'up');
    await peer.run('ip', 'address', 'add', '10.66.0.99/24', 'dev', 'eth0');
    await first.ovs.vsctl(
      'add-port',
      'br-int',
      'peer',
      '--',
      'set',
      'Interface',
      'peer',
      'external_ids:iface-id=peer',
    );
  }, 120_000);
  afterAll(async () => {
    await pair?.stop();
    await peer?.close();
    await ovn?.stop();
    await $({ reject: false })`ip link delete dev ovn-fabric`;
    // The kernel removes links to a namespace some time after its end.
    await vi.waitFor(() => expect(listLinks()).toEqual(before), 10_000);
  });

  const requestOf = (port: ReturnType<typeof portOf>, delegates = true) => ({
    ...port.request,
    vif: { ...port.request.vif, delegate_create: delegates },
    host: { virt_type: 'qemu' },
  });
  const define = (port: ReturnType<typeof portOf>) =>
    ovn.nbctl(
      '--may-exist',
      'lsp-add',
      'net',
      port.id,
      '--',
      'lsp-set-addresses',
      port.id,
      `${port.mac} ${port.ip}`,
    );

  it('needs nobody but the hook of libvirt', async () => {
    const port = portOf(5);
    const request = requestOf(port);
    await define(port);
    const [first] = pair.hosts;
    const { xml = '' } = await first.vif(request, 'config');
    const text = JSON.stringify(request).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const metadata = `<vif:vifs xmlns:vif="urn:vifkit:domain:1"><vif:request>${text}</vif:request></vif:vifs>`;
    const at = { address: `${port.ip}/24`, peer: '10.66.0.99' };
    const guest = await pair.guests.start({ name: 'hooked', device: xml, metadata, ...at });
    const moved: Moved[] = [];
    try {
      expect(await guest.report()).toMatchObject({ pings: 3 });
      for (const from of [0, 1] as const) {
        const stopPing = pingOn(peer, port.ip);
        const pause = await pair.move('hooked', from);
        await settle(1_000);
        moved.push({ pause, lost: (await stopPing()).lost });
        expect(await pair.hosts[from].ovs.vsctl('list-ports', 'br-int')).not.toContain(port.id.slice(0, 11));
        expect(await ovn.nbctl('get', 'Logical_Switch_Port', port.id, 'options')).toBe('{}\n');
      }
    } finally {
      for (const host of pair.hosts) await host.libvirtd.virsh('destroy', 'hooked').catch(() => {});
    }
    expect(tooCostly(moved)).toEqual([]);
    for (const { ovs } of pair.hosts) {
      expect(await ovs.vsctl('list-ports', 'br-int')).not.toContain(port.id.slice(0, 11));
    }
  });

  const types = [
    ['direct', portOf(1, { ovs_create_tap: false }), false],
    ['hybrid', portOf(2, { ovs_create_tap: false, ovs_hybrid_plug: true, port_filter: true }), true],
    ['create_tap', portOf(3), true],
  ] as const;

  it.each(sampled(types, 2))(
    'of a guest with a port of type %s loses next to nothing, and nothing if it is called off',
    async (type, port, delegates) => {
      const request = requestOf(port, delegates);
      await define(port);
      const [first] = pair.hosts;
      await first.vif(request, 'plug');
      const { xml = '' } = await first.vif(request, 'config');
      const name = `move-${type}`;
      const guest = await pair.guests.start({
        name,
        device: xml,
        address: `${port.ip}/24`,
        peer: '10.66.0.99',
      });
      const moved: Moved[] = [];
      try {
        expect(await guest.report()).toMatchObject({ pings: 3 });
        const stopPing = pingOn(peer, port.ip);
        await callOff(pair, name, request);
        expect(await stopPing()).toMatchObject({ lost: 0 });
        expect(await ovn.nbctl('get', 'Logical_Switch_Port', port.id, 'options')).toBe('{}\n');
        expect(await pair.hosts[1].ovs.vsctl('list-ports', 'br-int')).not.toContain(port.id.slice(0, 11));
        for (let run = 0; run < RUNS; run++) {
          const [source, destination] = run % 2 === 0 ? pair.hosts : [pair.hosts[1], pair.hosts[0]];
          const stopPing = pingOn(peer, port.ip);
          await destination.vif(request, 'plug', '--phase', 'prepare');
          await destination.vif(request, 'plug', '--phase', 'prepare'); // again, as it may be
          const pause = await pair.move(name, run % 2 === 0 ? 0 : 1);
          await destination.vif(request, 'plug', '--phase', 'activate', '--wait');
          await source.vif(request, 'unplug', '--phase', 'deactivate');
          await source.vif(request, 'unplug', '--phase', 'release');
          const { sent, lost } = await stopPing();
          expect(sent).toBeGreaterThan(10);
          moved.push({ pause, lost });
          expect(await ovn.nbctl('get', 'Logical_Switch_Port', port.id, 'options')).toBe('{}\n');
        }
      } finally {
        for (const host of pair.hosts) await host.libvirtd.virsh('destroy', name).catch(() => {});
      }
      for (const host of pair.hosts) await host.vif(request, 'unplug');
      expect(tooCostly(moved)).toEqual([]);
    },
  );
});
