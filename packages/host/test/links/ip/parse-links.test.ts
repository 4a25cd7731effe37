import { describe, expect, it } from 'vitest';
import { parseLinks } from '../../../src/links/ip/parse-links.js';

const printed = (own: object) => ({
  ifname: 'l0',
  flags: ['BROADCAST', 'MULTICAST'],
  mtu: 1500,
  address: '52:54:00:00:00:01',
  ...own,
});
const read = (own: object) => parseLinks([JSON.stringify([printed(own)])]).get('l0');

describe('what ip -details -json link prints', () => {
  it('is read for a device', () => {
    const flags = ['UP', 'PROMISC'];
    expect(read({ flags, master: 'br0', ifalias: 'vifkit:a' })).toEqual({
      name: 'l0',
      type: '',
      up: true,
      carrier: true,
      mtu: 1500,
      address: '52:54:00:00:00:01',
      promisc: true,
      master: 'br0',
      alias: 'vifkit:a',
    });
  });

  it('is read for a bridge, with times in seconds', () => {
    const info_data = { forward_delay: 1500, stp_state: 0, mcast_snooping: 1, ageing_time: 30_000 };
    expect(read({ linkinfo: { info_kind: 'bridge', info_data } })).toMatchObject({
      type: 'bridge',
      bridge: { forwardDelay: 15, stp: false, multicastSnooping: true, ageing: 300 },
    });
  });

  it('is read for taps, and not for tuns', () => {
    const tun = (type: string) => read({ linkinfo: { info_kind: 'tun', info_data: { type } } })?.type;
    expect([tun('tap'), tun('tun')]).toEqual(['tap', 'tun']);
  });

  it('is read for a veth, whose peer may be elsewhere', () => {
    const linkinfo = { info_kind: 'veth' };
    expect(read({ linkinfo, link: 'l1' })?.peer).toBe('l1');
    expect(read({ linkinfo, link_index: 7, link_netnsid: 0 })).not.toHaveProperty('peer');
  });

  it('is read for a VLAN', () => {
    const linkinfo = { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 5 } };
    expect(read({ linkinfo, link: 'eth0' })?.vlan).toEqual({ link: 'eth0', id: 5 });
  });

  it('is read for what is on top of a link, wherever that is', () => {
    const linkinfo = { info_kind: 'macvtap' };
    expect(read({ linkinfo, link: 'vlan7' })?.lower).toBe('vlan7');
    expect(read({ linkinfo, link_index: 7, link_netnsid: 0 })).not.toHaveProperty('lower');
  });

  it('is read for the users that are noted on a link', () => {
    const altnames = ['enp1s0', 'vifkit-l0-a', 'vifkit-l0-b-1', 'vifkit-l00-c', 'vifkit-'];
    expect(read({ altnames })?.users).toEqual(['a', 'b-1']);
    expect(read({ altnames: ['enp1s0'] })).not.toHaveProperty('users');
  });

  it('may be nothing at all', () => {
    expect(parseLinks(['']).size).toBe(0);
    expect(parseLinks(['[{}]']).size).toBe(0); // ip prints an empty object for a link that just went
  });

  it('is refused when it is no JSON', () => {
    expect(() => parseLinks(['Usage: ip'])).toThrow(expect.objectContaining({ code: 'LINK_COMMAND_FAILED' }));
  });
});
