import { describe, expect, it } from 'vitest';
import { renderOperation } from '../../../src/links/ip/render.js';
import type { LinkChange } from '../../../src/links/link-table.js';

const set = (attributes: LinkChange, alias?: string) =>
  renderOperation({ op: 'set', name: 'l0', attributes, ...(alias !== undefined && { alias }) });

describe('lines for ip -batch', () => {
  it('make links', () => {
    const lines = [
      renderOperation({ op: 'add', name: 'br0', create: { type: 'bridge' } }),
      renderOperation({ op: 'add', name: 'v0', create: { type: 'veth', peer: 'v1' } }),
      renderOperation({ op: 'add', name: 'tap0', create: { type: 'tap' } }),
      renderOperation({ op: 'add', name: 'tap1', create: { type: 'tap', multiQueue: true } }),
      renderOperation({ op: 'add', name: 'vlan5', create: { type: 'vlan', link: 'eth0', id: 5 } }),
    ];
    expect(lines).toEqual([
      ['link add name br0 type bridge'],
      ['link add name v0 type veth peer name v1'],
      ['tuntap add dev tap0 mode tap'],
      ['tuntap add dev tap1 mode tap multi_queue'],
      ['link add link eth0 name vlan5 type vlan id 5'],
    ]);
  });

  it('set all that there is on one line', () => {
    const attributes = { up: true, mtu: 1450, address: '52:54:00:00:00:01', master: 'br0', promisc: false };
    expect(set(attributes, 'vifkit:a')).toEqual([
      'link set dev l0 address 52:54:00:00:00:01 mtu 1450 promisc off alias vifkit:a master br0 up',
    ]);
    expect(set({ master: null, up: false, promisc: true })).toEqual([
      'link set dev l0 promisc on nomaster down',
    ]);
  });

  it('give times of bridges in hundredths of a second, and the type last', () => {
    const bridge = { forwardDelay: 0.15, ageing: 300, multicastSnooping: false, stp: true };
    expect(set({ bridge, up: true })).toEqual([
      'link set dev l0 up type bridge stp_state 1 forward_delay 15 ageing_time 30000 mcast_snooping 0',
    ]);
  });

  it('turn STP off on a line before, as the forward delay may depend on it', () => {
    expect(set({ bridge: { stp: false, forwardDelay: 0 }, up: true })).toEqual([
      'link set dev l0 type bridge stp_state 0',
      'link set dev l0 up type bridge forward_delay 0',
    ]);
    expect(set({ bridge: { stp: false } })).toEqual(['link set dev l0 type bridge stp_state 0']);
  });

  it('are none for what ip cannot set', () => {
    expect(set({ ipv6: false, arpIgnore: 1 })).toEqual([]);
    expect(set({ bridge: {} })).toEqual([]);
  });
});
