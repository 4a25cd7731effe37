import { describe, expect, it } from 'vitest';
import { vfsOf } from '../../src/sriov/read-vfs.js';

const read = (...vfs: { readonly vf: number; readonly [other: string]: unknown }[]) => [
  ...vfsOf([{ vfinfo_list: vfs }]),
];
const mac = 'fa:16:3e:43:03:21';

describe('what ip -json link prints of virtual functions', () => {
  it('is read as iproute2 prints it since 5.3', () => {
    const common = { link_type: 'ether', address: mac, broadcast: 'ff:ff:ff:ff:ff:ff', spoofchk: true };
    expect(
      read(
        { vf: 0, ...common, vlan_list: [{}], link_state: 'auto', trust: false },
        { vf: 55, ...common, vlan_list: [{ vlan: 7, qos: 3, protocol: '802.1ad' }], trust: true },
      ),
    ).toEqual([
      [0, { mac, vlan: 0, trust: false }],
      [55, { mac, vlan: 7, qos: 3, protocol: '802.1ad', trust: true }],
    ]);
  });

  it('is read as iproute2 printed it until 5.2', () => {
    expect(read({ vf: 1, mac, vlan_list: [{ vlan: 7 }], rate: { max_tx: 0, min_tx: 0 } })).toEqual([
      [1, { mac, vlan: 7 }],
    ]);
  });

  it('is read where the kernel knows one VLAN only', () => {
    expect(read({ vf: 1, mac, vlan: 7, qos: 2 }, { vf: 2, mac })).toEqual([
      [1, { mac, vlan: 7, qos: 2 }],
      [2, { mac, vlan: 0 }],
    ]);
  });

  it('tells of a function whose link the physical function keeps down', () => {
    const states = ['auto', 'enable', 'disable'].map((link_state, vf) => ({ vf, mac, link_state }));
    expect(read(...states)).toEqual([
      [0, { mac, vlan: 0 }],
      [1, { mac, vlan: 0 }],
      [2, { mac, vlan: 0, isDisabled: true }],
    ]);
  });

  it('may be nothing', () => {
    expect(vfsOf([{}]).size).toBe(0);
  });
});
