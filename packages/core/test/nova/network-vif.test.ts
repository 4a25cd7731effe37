import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/errors/vif-error.js';
import { Cursor } from '../../src/fields/cursor.js';
import { readInput } from '../../src/fields/read-fields.js';
import {
  deviceName,
  interfaceId,
  isHybridPlug,
  isNeutronFiltering,
  networkBridge,
  networkId,
  networkMtu,
} from '../../src/nova/network-facts.js';
import { NetworkVif } from '../../src/nova/network-model.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const least = { id, address: 'fa:16:3e:83:fe:fc' };

const read = (json: object) =>
  readInput(NetworkVif, { ...least, ...json }, Cursor.at({ code: 'INVALID_VIF', subject: 'The VIF' }));

function refused(json: object): readonly string[] {
  try {
    read(json);
  } catch (error) {
    if (error instanceof ValidationError) return error.violations.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe("a VIF of Nova's network model", () => {
  it('needs only its id and its address', () => {
    const vif = read({});
    expect(vif).toMatchObject({ ...least, vnic_type: 'normal', active: false, preserve_on_delete: false });
    expect(vif.type).toBeUndefined();
    expect(vif.network).toMatchObject({ subnets: [], meta: {} });
    expect({ ...vif.details, ...vif.profile, ...vif.meta }).toEqual({});
    expect(refused({ id: undefined })).toEqual(['id']);
    expect(refused({ address: null })).toEqual(['address']);
  });

  it('may have null wherever Nova has it', () => {
    const nulls = [
      'type',
      'details',
      'profile',
      'devname',
      'ovs_interfaceid',
      'qbg_params',
      'qbh_params',
      'meta',
      'network',
    ];
    expect(read(Object.fromEntries(nulls.map((key) => [key, null])))).toEqual(read({}));
    expect(read({ network: { bridge: null, meta: null, subnets: null } })).toEqual(read({}));
    const subnet = { cidr: null, gateway: { address: null, type: 'gateway', version: null }, ips: null };
    expect(read({ network: { subnets: [subnet] } }).network.subnets[0]?.gateway?.type).toBe('gateway');
  });

  it('keeps what it does not know in its free maps', () => {
    const vif = read({
      details: { 'acme:lane': [1], port_filter: true },
      profile: { acme: { x: null } },
      trunk: 1,
    });
    expect(vif.details['acme:lane']).toEqual([1]);
    expect(vif.profile.acme).toEqual({ x: null });
    expect('trunk' in vif).toBe(false);
  });

  it('may write numbers as strings where Neutron does', () => {
    expect(read({ details: { vlan: '3942' } }).details.vlan).toBe(3942);
    expect(read({ details: { vlan: 3942 } }).details.vlan).toBe(3942);
    expect(read({ network: { meta: { vlan: '7', mtu: '1450' } } }).network.meta).toEqual({
      vlan: 7,
      mtu: 1450,
    });
    expect(read({ qbg_params: { managerid: 7, typeid: '8' } }).qbg_params).toEqual({
      managerid: 7,
      typeid: 8,
    });
  });

  it.each([
    ['id', { id: 'x' }],
    ['address', { address: 'fa:16:3e:83:fe' }],
    ['address', { address: '01:00:5e:00:00:01' }],
    ['address', { address: 'FF-FF-FF-FF-FF-FF' }],
    ['details.mac_address', { details: { mac_address: '33:33:00:00:00:01' } }],
    ['type', { type: 'ovs\n' }],
    ['type', { type: 7 }],
    ['devname', { devname: 'tap/1' }],
    ['devname', { devname: '' }],
    ['network', { network: [] }],
    ['network.id', { network: { id: 'x' } }],
    ['network.bridge', { network: { bridge: 'br 0' } }],
    ['network.meta.mtu', { network: { meta: { mtu: 67 } } }],
    ['network.meta.bridge_interface', { network: { meta: { bridge_interface: '-x' } } }],
    ['network.meta.vlan', { network: { meta: { vlan: 4096 } } }],
    ['network.subnets[0].cidr', { network: { subnets: [{ cidr: '10.0.0.0/99' }] } }],
    ['network.subnets[1].ips[0].address', { network: { subnets: [{}, { ips: [{ address: 'x' }] }] } }],
    ['details.vhostuser_socket', { details: { vhostuser_socket: 'run/x' } }],
    ['details.macvtap_source', { details: { macvtap_source: 'eth0;reboot' } }],
    ['details.macvtap_mode', { details: { macvtap_mode: 'passthru' } }],
    ['details.profileid', { details: { profileid: '' } }],
    ['details.profileid', { details: { profileid: 'ä'.repeat(20) } }],
    ['qbg_params.managerid', { qbg_params: { managerid: 256 } }],
    ['qbg_params.typeid', { qbg_params: { typeid: '16777216' } }],
    ['qbg_params.typeidversion', { qbg_params: { typeidversion: '-1' } }],
    ['qbg_params.instanceid', { qbg_params: { instanceid: 'x' } }],
    ['details.port_filter', { details: { port_filter: 'yes' } }],
    ['details.vlan', { details: { vlan: '7; reboot' } }],
    ['profile.pci_slot', { profile: { pci_slot: '../../etc' } }],
    ['qbh_params.profileid', { qbh_params: { profileid: 'a\0b' } }],
  ])('is refused for its %s: %j', (path, json) => expect(refused(json)).toEqual([path]));
});

describe('what follows from a VIF', () => {
  it('its device name is its own, or made of its id', () => {
    expect(deviceName(read({ devname: 'custom93ad' }))).toBe('custom93ad');
    expect(deviceName(read({}))).toBe('nic2265b1f5-91');
  });

  it('its name in Open vSwitch', () => {
    const other = '7f499766-63ef-dede-f479-af268ab5d1c2';
    expect(interfaceId(read({}))).toBe(id);
    expect(interfaceId(read({ ovs_interfaceid: other }))).toBe(other);
  });

  it('its filtering', () => {
    expect([isNeutronFiltering(read({})), isHybridPlug(read({}))]).toEqual([false, false]);
    const vif = read({ details: { port_filter: true, ovs_hybrid_plug: true } });
    expect([isNeutronFiltering(vif), isHybridPlug(vif)]).toEqual([true, true]);
  });

  it('its network', () => {
    const vif = read({ network: { id, bridge: 'br0', meta: { mtu: 9000 } } });
    expect([networkId(vif), networkBridge(vif), networkMtu(vif)]).toEqual([id, 'br0', 9000]);
    expect(networkMtu(read({}))).toBeUndefined();
    for (const mtu of [0, '0', null])
      expect(networkMtu(read({ network: { meta: { mtu } } }))).toBeUndefined();
    for (const needed of [networkId, networkBridge]) {
      expect(() => needed(read({}))).toThrow(expect.objectContaining({ code: 'INVALID_VIF', vifId: id }));
    }
  });
});
