import {
  listLinks,
  makeNamespace,
  type Namespace,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
} from '@vifkit/testkit/bed';
import { $ } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vif } from '../real/vif.js';

requireOwnNetwork();

/** Networks whose ports a request settles. Guests are namespaces, each with a veth pair in the place of its tap. */
describe('a port that its request settles', { timeout: 60_000 }, () => {
  let before: string[];
  let ovs: OpenVSwitch;
  const guests: Namespace[] = [];

  beforeEach(async () => {
    before = listLinks();
    ovs = await startOpenVSwitch();
  });
  afterEach(async () => {
    const links = listLinks().filter((link) => /^(tap|card)/.test(link));
    for (const link of links) await $({ reject: false })`ip link delete dev ${link}`;
    for (const guest of guests.splice(0)) await guest.close();
    await ovs.stop();
    // The kernel removes links to a namespace some time after its end.
    await vi.waitFor(() => expect(listLinks()).toEqual(before), 10_000);
  });

  const plugged = async (...requests: readonly object[]) => {
    const { lines, exitCode, stderr } = await vif('plug', requests, '--ovsdb', ovs.endpoint);
    expect({ exitCode, stderr, lines }).toMatchObject({ exitCode: 0, stderr: '' });
    return lines;
  };
  const unplugged = async (...requests: readonly object[]) => {
    const { exitCode } = await vif('unplug', requests, '--ovsdb', ovs.endpoint);
    expect(exitCode).toBe(0);
  };
  const checked = async (request: object) => {
    const { lines } = await vif('check', [request], '--ovsdb', ovs.endpoint);
    return lines[0]?.differences;
  };

  /** Makes the guest of a number. */
  async function guest(number: number): Promise<Namespace> {
    const namespace = await makeNamespace();
    guests.push(namespace);
    const tap = tapOf(number);
    await $`ip link add name ${tap} mtu 1450 type veth peer name eth0 netns ${namespace.pid}`;
    await $`ip link set dev ${tap} up`;
    await namespace.run('ip', 'link', 'set', 'dev', 'eth0', 'up');
    await namespace.run('ip', 'address', 'add', `10.0.0.${number}/24`, 'dev', 'eth0');
    return namespace;
  }

  /** Makes a guest that is a switch itself: what is on the VLANs of its card is on access ports of its own. */
  async function guestSwitch(number: number, vlans: readonly number[]): Promise<void> {
    const [tap, card] = [tapOf(number), 'card'];
    await $`ip link add name ${tap} mtu 1450 type veth peer name ${card}`;
    await $`ip link set dev ${tap} up`;
    await $`ip link set dev ${card} up`;
    await ovs.vsctl('add-br', 'br-guest', '--', 'set', 'Bridge', 'br-guest', 'datapath_type=netdev');
    await ovs.vsctl('add-port', 'br-guest', card);
    for (const vlan of vlans) {
      await guest(vlan);
      await ovs.vsctl('add-port', 'br-guest', tapOf(vlan), ...(vlan < 10 ? [] : [`tag=${vlan}`]));
    }
  }
  // Until the first reply: a flow that is in use is looked through again within half a second.
  const pings = (from: Namespace, address: string) =>
    from.run('ping', '-c', '1', '-w', '2', '-i', '0.4', address).then(
      () => true,
      () => false,
    );

  it('is in its VLAN on Open vSwitch, from the first plug, and in another after the next', async () => {
    const [a, b] = [await guest(1), await guest(2)];
    await plugged(port(1, { vlan: 10 }), port(2, { vlan: 10 }));
    expect(await pings(a, '10.0.0.2')).toBe(true);
    const ofport = await ovs.vsctl('get', 'Interface', tapOf(2), 'ofport');
    const [line] = await plugged(port(2, { vlan: 20 }));
    expect(line?.changes).toMatchObject([{ kind: 'ovsPortSettings', name: tapOf(2) }]);
    expect(await ovs.vsctl('get', 'Interface', tapOf(2), 'ofport')).toBe(ofport); // changed in place
    expect(await pings(a, '10.0.0.2')).toBe(false);
    await plugged(port(1, { vlan: 20 }));
    expect(await pings(b, '10.0.0.1')).toBe(true);
    expect(await checked(port(1, { vlan: 20 }))).toEqual([]);
    await ovs.vsctl('set', 'Port', tapOf(1), 'tag=30');
    expect(await checked(port(1, { vlan: 20 }))).toMatchObject([
      { kind: 'ovsPortSettings', differences: [{ attribute: 'vlan', expected: 20, actual: 30 }] },
    ]);
    await plugged(port(1, { vlan: 0 }), port(2, { vlan: 0 }));
    expect(await ovs.vsctl('get', 'Port', tapOf(1), 'tag')).toBe('[]\n');
    expect(await pings(b, '10.0.0.1')).toBe(true);
    await unplugged(port(1, {}), port(2, {}));
  });

  it('is a trunk of Open vSwitch with a native VLAN', async () => {
    await guestSwitch(1, [9, 10, 20]); // 9: what has no tag
    const [native, ten, twenty] = [await guest(2), await guest(3), await guest(4)];
    const access = [port(2, { vlan: 5 }), port(3, { vlan: 10 }), port(4, { vlan: 20 })];
    await plugged(port(1, { vlan: 5, trunk_vlans: [10] }), ...access);
    const reached = async () => ({
      native: await pings(native, '10.0.0.9'),
      ten: await pings(ten, '10.0.0.10'),
      twenty: await pings(twenty, '10.0.0.20'),
      across: await pings(ten, '10.0.0.9'),
    });
    expect(await reached()).toEqual({ native: true, ten: true, twenty: false, across: false });
    await plugged(port(1, { vlan: 5, trunk_vlans: [10, 20] }));
    expect(await reached()).toEqual({ native: true, ten: true, twenty: true, across: false });
    await plugged(port(1, { trunk_vlans: [10, 20] }));
    expect(await reached()).toEqual({ native: false, ten: true, twenty: true, across: false });
    await unplugged(...[1, 2, 3, 4].map((number) => port(number, {})));
  });

  it('is isolated on Open vSwitch', async () => {
    const [a, , c] = [await guest(1), await guest(2), await guest(3)];
    await plugged(port(1, { isolated: true }), port(2, { isolated: true }), port(3, { isolated: false }));
    expect(await pings(a, '10.0.0.2')).toBe(false);
    expect(await pings(a, '10.0.0.3')).toBe(true);
    expect(await pings(c, '10.0.0.2')).toBe(true);
    await unplugged(...[1, 2, 3].map((number) => port(number, {})));
  });

  it('gets no more than its rate, and as much', async () => {
    const [a] = [await guest(1), await guest(2)];
    const rate = 1_000; // kbit/s: 88 frames of 1 420 bytes a second
    await plugged(port(1, {}), port(2, { qos: { egress_kbps: rate, egress_burst_kb: 12 } }));
    expect(await checked(port(2, { qos: { egress_kbps: rate, egress_burst_kb: 12 } }))).toEqual([]);
    const echo = async () => {
      const { stdout } = await $({
        reject: false,
      })`nsenter --target ${a.pid} --net -- ping -f -q -w 4 -s 1378 10.0.0.2`;
      return Number(/(\d+) received/.exec(stdout)?.[1]);
    };
    const kilobits = ((await echo()) * 1_420 * 8) / 4 / 1_000;
    expect(kilobits).toBeGreaterThan(rate / 2);
    expect(kilobits).toBeLessThan(rate * 1.2);
    await plugged(port(2, { qos: {} }));
    expect(((await echo()) * 1_420 * 8) / 4 / 1_000).toBeGreaterThan(2 * rate);
    await plugged(port(2, { qos: { ingress_kbps: 2_000, egress_kbps: 500 } }));
    expect(await ovs.vsctl('get', 'Interface', tapOf(2), 'ingress_policing_rate')).toBe('2000\n');
    await unplugged(port(1, {}), port(2, {}));
    expect(await ovs.vsctl('list', 'QoS')).toBe('');
  });
});

const idOf = (number: number) => `7a0c6f${String(number).padStart(2, '0')}-51b3-4d1a-8c3f-0c1e2f3a4b5c`;
const tapOf = (number: number) => `tap${idOf(number).slice(0, 11)}`;
const instance = { uuid: '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a13', name: 'instance-0000007d' };

function request(number: number, type: string, bridge: object, details: object) {
  const id = idOf(number);
  return {
    vif: {
      ...{
        id,
        address: `fa:16:3e:7a:00:${String(number).padStart(2, '0')}`,
        type,
        devname: tapOf(number),
        vnic_type: 'normal',
        details,
      },
      network: { id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c24', subnets: [], ...bridge },
    },
    instance,
    host: { virt_type: 'qemu' },
  };
}

/** A direct port of Open vSwitch. */
function port(number: number, details: object) {
  const given = { vlan: 0, datapath_type: 'netdev', ...details };
  return request(number, 'ovs', { bridge: 'br-int', meta: { mtu: 1450 } }, given);
}
