import { beforeEach, describe, expect, it } from 'vitest';
import { runIp } from '../../../src/memory/kernel/ip.js';
import { Kernel } from '../../../src/memory/kernel/kernel.js';

let kernel: Kernel;

const link = (name: string) => kernel.links.get(name);
/** What `ip` says to each of these lines on standard error. */
const run = (...lines: string[]) => lines.map((line) => runIp(kernel, line.split(' ')).stderr);

beforeEach(() => {
  kernel = new Kernel();
});

describe('new links', () => {
  it('have the defaults of the kernel, and an address of their own', () => {
    run('link add name br0 type bridge', 'tuntap add dev tap0 mode tap');
    expect(link('br0')).toMatchObject({
      up: false,
      mtu: 1500,
      promisc: false,
      ipv6: true,
      arpIgnore: 0,
      arpAnnounce: 0,
      bridge: { forwardDelay: 15, stp: false, multicastSnooping: true, ageing: 300 },
    });
    expect(link('tap0')?.address).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
    expect(link('tap0')?.address).not.toBe(link('br0')?.address);
  });

  it('come in pairs if they are veth', () => {
    run('link add name a type veth peer name b');
    expect(link('a')?.peer).toBe('b');
    expect(link('b')).toMatchObject({ type: 'veth', peer: 'a' });
  });

  it('are refused under a name that is taken', () => {
    const complaints = run(
      'link add name a type veth peer name b',
      'link add name b type bridge',
      'link add name c type veth peer name a',
      'tuntap add dev a mode tap',
    );
    const exists = 'RTNETLINK answers: File exists';
    expect(complaints).toEqual([undefined, exists, exists, 'ioctl(TUNSETIFF): Device or resource busy']);
    expect(link('c')).toBeUndefined();
  });

  it('need a parent if they are VLANs, and take after it', () => {
    kernel.put({ name: 'eth0', mtu: 9000, address: '52:54:00:00:00:01' });
    const complaints = run(
      'link add link none name v5 type vlan id 5',
      'link add link eth0 name v5 type vlan id 5',
      'link add link eth0 name again type vlan id 5',
    );
    const twin = 'Error: 8021q: VLAN device already exists.';
    expect(complaints).toEqual(['Cannot find device "none"', undefined, twin]);
    expect(link('v5')).toMatchObject({
      vlan: { link: 'eth0', id: 5 },
      mtu: 9000,
      address: '52:54:00:00:00:01',
    });
  });
});

describe('removal', () => {
  it('takes the other end of a veth pair, VLANs above, and frees members', () => {
    run(
      'link add name br0 type bridge',
      'link add name a type veth peer name b',
      'link add link b name v5 type vlan id 5',
      'tuntap add dev tap0 mode tap',
      'link set dev tap0 master br0',
      'link delete dev a',
      'link delete dev br0',
    );
    expect([...kernel.links.keys()]).toEqual(['tap0']);
    expect(link('tap0')).not.toHaveProperty('master');
  });

  it('is refused for what does not exist, and for devices', () => {
    kernel.put({ name: 'eth0' });
    expect(run('link delete dev none', 'link delete dev eth0')).toEqual([
      'Cannot find device "none"',
      'RTNETLINK answers: Operation not supported',
    ]);
  });
});

describe('settings', () => {
  it('are refused for a link that does not exist', () => {
    expect(run('link set dev none up')).toEqual(['Cannot find device "none"']);
  });

  it('keep a bridge at the MTU of its smallest member until it is set by hand', () => {
    run('link add name br0 type bridge', 'link add name a type veth peer name b');
    const mtus = [
      'link set dev a mtu 9000 master br0',
      'link set dev b mtu 1400 master br0',
      'link set dev b nomaster',
      'link set dev br0 mtu 2000',
      'link set dev a mtu 1300',
    ].map((line) => {
      run(line);
      return link('br0')?.mtu;
    });
    expect(mtus).toEqual([9000, 1400, 9000, 2000, 2000]);
  });

  it('keep a VLAN within its parent', () => {
    kernel.put({ name: 'eth0', mtu: 2000 });
    const complaints = run(
      'link add link eth0 name v5 type vlan id 5',
      'link set dev v5 mtu 2001',
      'link set dev v5 up',
      'link set dev eth0 mtu 1500 up',
    );
    expect(complaints).toEqual([
      undefined,
      'RTNETLINK answers: Numerical result out of range',
      'RTNETLINK answers: Network is down',
      undefined,
    ]);
    expect(link('v5')).toMatchObject({ mtu: 1500, up: true });
  });

  it('are refused outside their range', () => {
    run('link add name br0 type bridge');
    expect(
      run(
        'link set dev br0 mtu 10',
        'link set dev br0 mtu 100000',
        'link set dev br0 address 01:00:00:00:00:01',
        'link set dev br0 type bridge stp_state 1 forward_delay 0',
        'link set dev br0 type bridge forward_delay 0',
        'link set dev br0 type bridge stp_state 0 forward_delay 0',
        'link set dev br0 type bridge stp_state 0',
        'link set dev br0 type bridge forward_delay 0',
      ),
    ).toEqual([
      'Error: mtu less than device minimum.',
      'Error: mtu greater than device maximum.',
      'RTNETLINK answers: Cannot assign requested address',
      undefined,
      'RTNETLINK answers: Numerical result out of range',
      'RTNETLINK answers: Numerical result out of range',
      undefined,
      undefined,
    ]);
    expect(link('br0')?.bridge).toMatchObject({ stp: false, forwardDelay: 0 });
  });

  it('are refused for a master that is none', () => {
    run('link add name br0 type bridge', 'link add name br1 type bridge', 'tuntap add dev tap0 mode tap');
    expect(
      run(
        'link set dev tap0 master none',
        'link set dev br0 master tap0',
        'link set dev br0 master br1',
        'link set dev tap0 type bridge stp_state 1',
      ),
    ).toEqual([
      'Error: argument "none" is wrong: Device does not exist',
      'RTNETLINK answers: Operation not supported',
      'Error: Can not enslave a bridge to a bridge.',
      'RTNETLINK answers: Operation not supported',
    ]);
  });
});

describe('what is printed of a link', () => {
  const printed = (line: string) => JSON.parse(runIp(kernel, line.split(' ')).stdout ?? '[]');

  it('has its kind, its other names and its virtual functions', () => {
    kernel.put({ name: 'eth0', alternativeNames: ['uplink'] });
    kernel.putFunction('eth0', 1, { address: '0000:03:00.2', vf: { mac: '52:54:00:00:00:01', vlan: 5 } });
    run('tuntap add dev tap0 mode tap multi_queue user 7', 'link set dev tap0 up');
    expect(printed('link show dev uplink')).toMatchObject([
      { ifname: 'eth0', altnames: ['uplink'], vfinfo_list: [{ vf: 1, vlan_list: [{ vlan: 5 }] }] },
    ]);
    expect(printed('link show')).toMatchObject([
      {},
      {
        ifname: 'tap0',
        flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'],
        linkinfo: { info_kind: 'tun', info_data: { type: 'tap', multi_queue: true, numqueues: 0, user: 7 } },
      },
    ]);
  });

  it('is its absence', () => {
    expect(run('link show dev none', 'fence')).toEqual([
      'Device "none" does not exist.',
      'Command "fence" is unknown, try "ip help".',
    ]);
  });
});

it('deletes a group as a whole, or nothing of it', () => {
  kernel.put({ name: 'eth0' });
  run('link add name br0 type bridge', 'tuntap add dev tap0 mode tap');
  const join = ['br0', 'tap0'].map((name) => `link set dev ${name} group 70000`);
  const refused = 'RTNETLINK answers: Operation not supported';
  expect(run(...join, 'link set dev eth0 group 70000', 'link delete group 70000').at(-1)).toBe(refused);
  expect(run('link set dev eth0 group 0', 'link delete group 70000')).toEqual([undefined, undefined]);
  expect([...kernel.links.keys()]).toEqual(['eth0']);
});
