import type { LinkOperation } from '@vifkit/host/parts';
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../src/memory/links/kernel.js';

let kernel: Kernel;

const link = (name: string) => kernel.links.get(name);
const run = (...operations: LinkOperation[]) => operations.map((operation) => kernel.run(operation));
const add = (name: string, create: Extract<LinkOperation, { op: 'add' }>['create']): LinkOperation => ({
  op: 'add',
  name,
  create,
});
const set = (
  name: string,
  attributes: Extract<LinkOperation, { op: 'set' }>['attributes'],
): LinkOperation => ({
  op: 'set',
  name,
  attributes,
});
const remove = (name: string): LinkOperation => ({ op: 'delete', name });

beforeEach(() => {
  kernel = new Kernel();
});

describe('new links', () => {
  it('have the defaults of the kernel, and an address of their own', () => {
    run(add('br0', { type: 'bridge' }), add('tap0', { type: 'tap' }));
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
    run(add('a', { type: 'veth', peer: 'b' }));
    expect(link('a')?.peer).toBe('b');
    expect(link('b')).toMatchObject({ type: 'veth', peer: 'a' });
  });

  it('are refused under a name that is taken', () => {
    const complaints = run(
      add('a', { type: 'veth', peer: 'b' }),
      add('b', { type: 'bridge' }),
      add('c', { type: 'veth', peer: 'a' }),
      add('a', { type: 'tap' }),
    );
    const exists = 'RTNETLINK answers: File exists';
    expect(complaints).toEqual([undefined, exists, exists, 'ioctl(TUNSETIFF): Device or resource busy']);
    expect(link('c')).toBeUndefined();
  });

  it('need a parent if they are VLANs, and take after it', () => {
    kernel.put({ name: 'eth0', mtu: 9000, address: '52:54:00:00:00:01' });
    const complaints = run(
      add('v5', { type: 'vlan', link: 'none', id: 5 }),
      add('v5', { type: 'vlan', link: 'eth0', id: 5 }),
      add('again', { type: 'vlan', link: 'eth0', id: 5 }),
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
      add('br0', { type: 'bridge' }),
      add('a', { type: 'veth', peer: 'b' }),
      add('v5', { type: 'vlan', link: 'b', id: 5 }),
      add('tap0', { type: 'tap' }),
      set('tap0', { master: 'br0' }),
      remove('a'),
      remove('br0'),
    );
    expect([...kernel.links.keys()]).toEqual(['tap0']);
    expect(link('tap0')).not.toHaveProperty('master');
  });

  it('is refused for what does not exist, and for devices', () => {
    kernel.put({ name: 'eth0' });
    expect(run(remove('none'), remove('eth0'))).toEqual([
      'Cannot find device "none"',
      'RTNETLINK answers: Operation not supported',
    ]);
  });
});

describe('settings', () => {
  it('are refused for a link that does not exist', () => {
    expect(run(set('none', { up: true }))).toEqual(['Cannot find device "none"']);
  });

  it('keep a bridge at the MTU of its smallest member until it is set by hand', () => {
    run(add('br0', { type: 'bridge' }), add('a', { type: 'veth', peer: 'b' }));
    const mtus = [
      set('a', { mtu: 9000, master: 'br0' }),
      set('b', { mtu: 1400, master: 'br0' }),
      set('b', { master: null }),
      set('br0', { mtu: 2000 }),
      set('a', { mtu: 1300 }),
    ].map((operation) => {
      kernel.run(operation);
      return link('br0')?.mtu;
    });
    expect(mtus).toEqual([9000, 1400, 9000, 2000, 2000]);
  });

  it('keep a VLAN within its parent', () => {
    kernel.put({ name: 'eth0', mtu: 2000 });
    const complaints = run(
      add('v5', { type: 'vlan', link: 'eth0', id: 5 }),
      set('v5', { mtu: 2001 }),
      set('v5', { up: true }),
      set('eth0', { up: true, mtu: 1500 }),
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
    run(add('br0', { type: 'bridge' }));
    expect(
      run(
        set('br0', { mtu: 10 }),
        set('br0', { mtu: 100_000 }),
        set('br0', { address: '01:00:00:00:00:01' }),
        set('br0', { bridge: { stp: true, forwardDelay: 0 } }),
        set('br0', { bridge: { forwardDelay: 0 } }),
        set('br0', { bridge: { stp: false, forwardDelay: 0 } }),
      ),
    ).toEqual([
      'Error: mtu less than device minimum.',
      'Error: mtu greater than device maximum.',
      'RTNETLINK answers: Cannot assign requested address',
      undefined,
      'RTNETLINK answers: Numerical result out of range',
      undefined,
    ]);
    expect(link('br0')?.bridge).toMatchObject({ stp: false, forwardDelay: 0 });
  });

  it('are refused for a master that is none', () => {
    run(add('br0', { type: 'bridge' }), add('br1', { type: 'bridge' }), add('tap0', { type: 'tap' }));
    expect(
      run(
        set('tap0', { master: 'none' }),
        set('br0', { master: 'tap0' }),
        set('br0', { master: 'br1' }),
        set('tap0', { bridge: { stp: true } }),
      ),
    ).toEqual([
      'Error: argument "none" is wrong: Device does not exist',
      'RTNETLINK answers: Operation not supported',
      'Error: Can not enslave a bridge to a bridge.',
      'RTNETLINK answers: Operation not supported',
    ]);
  });
});
