import { expect, it } from 'vitest';
import { making, plugging, unplugging } from './faults/busy-cases.js';
import { type Case, cases } from './faults/cases.js';

// The fault matrices leave these out, since nothing of them can go wrong. Any other has to be in them.
const idle = ['vhostuser', 'macvtap', 'hw_veb direct', '802.1qbg', '802.1qbh', 'hostdev_physical', 'noop'];
const bridges = ['bridge', 'bridge, uplink', 'bridge, uplink with addresses', 'bridge, VLAN'];

const lacking = (some: readonly Case[]) => cases.filter((of) => !some.includes(of)).map(({ name }) => name);

it('libvirt does all for some VIFs: their plugs do nothing', () => {
  expect(lacking(plugging)).toEqual(idle);
});

it('what other VIFs may use stays: these unplugs do nothing', () => {
  expect(lacking(unplugging).sort()).toEqual([...idle, ...bridges, 'ovs direct'].sort());
});

it('libvirt makes the link of some VIFs: their plugs make none', () => {
  const settings = ['ib_hostdev', 'hw_veb macvtap', 'hw_veb macvtap, trusted'];
  expect(lacking(making).sort()).toEqual([...idle, ...settings, 'ovs direct'].sort());
});
