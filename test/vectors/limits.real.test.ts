import type { ErrorCode } from '@vifkit/core';
import { routings } from '@vifkit/core/nova';
import { VIFDirect, VIFPortProfile8021Qbg, VIFPortProfile8021Qbh } from '@vifkit/core/os-vif';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { define, domainWith } from './define.js';
import { driverOn } from './driver.js';

const id = 'b6c0647a-a513-4b72-9d5e-0f1a2b3c4d02';
const instance = { uuid: '4b1d6f80-2c3e-4d4f-9a01-b2c3d4e5f602' };
const address = 'fa:16:3e:40:00:02';

const vif = (type: string, rest: object) => ({
  vif: { id, address, type, network: { bridge: 'br0', meta: { interface: 'eth0' } }, ...rest },
  instance,
});

const macvtap = (macvtap_mode: string) =>
  vif('macvtap', { details: { macvtap_source: 'eth0', macvtap_mode, physical_interface: 'eth0' } });

const qbg = (managerid: number, typeid: number, typeidversion: number, instanceid = id) =>
  vif('802.1qbg', { qbg_params: { managerid, typeid, typeidversion, instanceid } });

const qbh = (profileid: string) =>
  vif('802.1qbh', { vnic_type: 'direct', details: { profileid }, profile: { pci_slot: '0000:96:19.0' } });

const limited = (extra_specs: object) => ({ ...vif('bridge', {}), flavor: { vcpus: 1, extra_specs } });
const quotas = (value: string) =>
  ['average', 'peak', 'burst'].map((name) =>
    limited({ 'quota:vif_inbound_average': '1', [`quota:vif_inbound_${name}`]: value }),
  );

/** The greatest and least values that libvirt takes. */
const taken = [
  ...['02:00:00:00:00:00', 'fe:ff:ff:ff:ff:ff'].map((mac) => vif('bridge', { address: mac })),
  ...['vepa', 'private', 'bridge', 'passthrough'].map(macvtap),
  qbg(0, 0, 0),
  qbg(255, 2 ** 24 - 1, 255),
  qbh('p'),
  qbh('ä'.repeat(19)),
  ...['1', '4294967295'].flatMap(quotas),
  vif('bridge', { devname: 'vne0' }),
];

/** What it would refuse, or drop. */
const refused: readonly (readonly [ErrorCode, object])[] = [
  ...['01:00:5e:00:00:01', 'ff:ff:ff:ff:ff:ff'].flatMap((mac) =>
    ['bridge', 'ovs', 'tap'].map((type) => ['INVALID_VIF', vif(type, { address: mac })] as const),
  ),
  ...['passthru', 'source', 'omit'].map((mode) => ['INVALID_VIF', macvtap(mode)] as const),
  ['INVALID_VIF', qbg(256, 0, 0)],
  ['INVALID_VIF', qbg(0, 2 ** 24, 0)],
  ['INVALID_VIF', qbg(0, 0, 256)],
  ['INVALID_VIF', qbg(0, 0, 0, 'x')],
  ['INVALID_VIF', qbh('')],
  ['INVALID_VIF', qbh('ä'.repeat(20))],
  ['INVALID_OBJECT', profiled('VIFPortProfile8021Qbg', { manager_id: 256 })],
  ['INVALID_OBJECT', profiled('VIFPortProfile8021Qbh', { profile_id: 'p'.repeat(40) })],
  ...['4294967296', '18446744073709551616', 'fast'].flatMap((value) =>
    quotas(value).map((request) => ['INVALID_REQUEST', request] as const),
  ),
  ...['bridge', 'ovs'].flatMap((type) =>
    ['vnet3', 'macvtap0'].map((devname) => ['INVALID_VIF', vif(type, { devname })] as const),
  ),
];

/** A VIFDirect in its wire form, with a port profile that os-vif takes. */
function profiled(name: string, data: object): object {
  const wrap = (name: string, version: string, data: object) => ({
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': version,
    'versioned_object.data': data,
  });
  const fields = { id, address, vlan_name: 'eth0', mode: 'vepa', plugin: 'noop' };
  return { vif: wrap('VIFDirect', '1.0', { ...fields, port_profile: wrap(name, '1.1', data) }), instance };
}

describe.each(routings)('by the rules of %s', (routing) => {
  it('what libvirt takes is taken, up to its limits', async () => {
    const objects = [
      new VIFPortProfile8021Qbg({ manager_id: 255, type_id: 2 ** 24 - 1, type_id_version: 255 }),
      new VIFPortProfile8021Qbh({ profile_id: 'p'.repeat(39) }),
    ].map((port_profile) => ({
      vif: new VIFDirect({ id, address, vlan_name: 'eth0', mode: 'vepa', plugin: 'noop', port_profile }),
      instance,
    }));
    const results = await driverOn(memoryHost(), routing).configAll<unknown>([...taken, ...objects]);
    const devices = results.map((result) => ('value' in result ? result.value.device.toXml() : result.error));
    const domains = devices.map((device, i) => domainWith(`d${i}`, 'kvm', String(device)));
    const { defined, refused } = await define(domains);
    expect([...refused]).toEqual([]);
    expect(defined).toBe(devices.length);
  });

  it.each(refused)('%s: what it refuses or drops is refused before anything is done: %j', async (code, given) => {
    const request: unknown = { ...given, routing };
    const host = memoryHost({ links: [{ name: 'eth0' }, { name: 'br0', type: 'bridge' }] });
    const driver = driverOn(host);
    for (const operation of ['config', 'plan', 'plug'] as const) {
      await expect(driver[operation](request), operation).rejects.toMatchObject({ code });
    }
    expect(host.writes).toEqual([]);
  });
});
