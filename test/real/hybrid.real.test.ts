import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  listLinks,
  makeNamespace,
  type Namespace,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
} from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { address, hybrid, instance } from './requests.js';
import { vif } from './vif.js';

requireOwnNetwork();

const [qbr, qvb, qvo, tap] = ['qbr', 'qvb', 'qvo', 'tap'].map((prefix) => `${prefix}1c5e02a7-3e`) as [
  string,
  string,
  string,
  string,
];

const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });
const link = (name: string) => JSON.parse(ip('-details', '-json', 'link', 'show', 'dev', name))[0];
const setting = (path: string) => Number(readFileSync(`/proc/sys/net/${path}`, 'utf8'));

describe('a hybrid port plugged by `vif plug`', () => {
  let ovs: OpenVSwitch;
  let before: string[];
  const run = (operation: 'plug' | 'check' | 'unplug') => vif(operation, [hybrid], '--ovsdb', ovs.endpoint);

  beforeAll(async () => {
    ovs = await startOpenVSwitch();
    before = listLinks();
    const { exitCode, lines } = await run('plug');
    expect(exitCode, JSON.stringify(lines)).toBe(0);
  });
  afterAll(() => ovs.stop());

  it('has a bridge that forwards at once, floods, and keeps out of the way', () => {
    const { linkinfo, flags, mtu } = link(qbr);
    expect(linkinfo.info_kind).toBe('bridge');
    expect(linkinfo.info_data).toMatchObject({
      forward_delay: 0,
      stp_state: 0,
      mcast_snooping: 0,
      ageing_time: 0,
    });
    expect(flags).toContain('UP');
    expect(mtu).toBe(1450);
    expect(setting(`ipv6/conf/${qbr}/disable_ipv6`)).toBe(1);
    expect(setting(`ipv4/conf/${qbr}/arp_ignore`)).toBe(1);
    expect(setting(`ipv4/conf/${qbr}/arp_announce`)).toBe(2);
  });

  it('has a veth pair, up, promiscuous and of the network’s MTU on both ends', () => {
    for (const [name, peer] of [
      [qvb, qvo],
      [qvo, qvb],
    ] as const) {
      const { flags, mtu, link: other, linkinfo } = link(name);
      expect(linkinfo.info_kind).toBe('veth');
      expect(other).toBe(peer);
      expect(flags).toEqual(expect.arrayContaining(['UP', 'PROMISC']));
      expect(mtu).toBe(1450);
    }
    expect(link(qvb).master).toBe(qbr);
  });

  it('has a port that ovs-vswitchd has opened, with the ids that agents look for', async () => {
    const json = await ovs.vsctl(
      '--format=json',
      '--columns=ofport,error,external_ids',
      'list',
      'Interface',
      qvo,
    );
    const [[ofport, error, [, ids]]] = JSON.parse(json).data;
    expect(ofport).toBeGreaterThan(0);
    expect(error).toEqual(['set', []]);
    expect(Object.fromEntries(ids)).toEqual({
      'iface-id': hybrid.vif.id,
      'iface-status': 'active',
      'attached-mac': address,
      'vm-uuid': instance,
    });
    expect((await ovs.vsctl('port-to-br', qvo)).trim()).toBe('br-int');
  });

  it('is as asked, and plugging it again writes nothing', async () => {
    expect((await run('check')).lines[0]?.differences).toEqual([]);
    const { stdout } = await run('plug');
    expect(stdout).toContain('"changes":[]');
  });

  it('carries a ping from behind the hybrid bridge to the integration bridge', async () => {
    const spaces: Namespace[] = [await makeNamespace(), await makeNamespace()];
    const [guest, other] = spaces as [Namespace, Namespace];
    try {
      // As libvirt would: the guest's device is a member of the hybrid bridge.
      ip('link', 'add', 'name', tap, 'type', 'veth', 'peer', 'name', 'guest0');
      ip('link', 'set', 'dev', tap, 'master', qbr, 'up');
      ip('link', 'add', 'name', 'port0', 'type', 'veth', 'peer', 'name', 'other0');
      ip('link', 'set', 'dev', 'port0', 'up');
      await ovs.vsctl('add-port', 'br-int', 'port0');
      for (const [space, name, own] of [
        [guest, 'guest0', '192.0.2.1/24'],
        [other, 'other0', '192.0.2.2/24'],
      ] as const) {
        await space.moveLink(name);
        await space.run('ip', 'address', 'add', own, 'dev', name);
        await space.run('ip', 'link', 'set', 'dev', name, 'up');
      }
      await expect(guest.run('ping', '-c', '3', '-i', '0.2', '-w', '10', '192.0.2.2')).resolves.toContain(
        ' 0% packet loss',
      );
    } finally {
      await ovs.vsctl('--if-exists', 'del-port', 'port0');
      for (const space of spaces) await space.close();
    }
    await expect.poll(listLinks).not.toContain('port0');
  });

  it('is gone after `vif unplug`, and unplugging it again succeeds', async () => {
    expect((await run('unplug')).exitCode).toBe(0);
    const second = await run('unplug');
    expect(second).toMatchObject({ exitCode: 0, lines: [{ changes: [] }] });
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('');
    const left = listLinks().filter((name) => !before.includes(name));
    expect(left.sort()).toEqual(['br-int', 'ovs-netdev']);
  });
});
