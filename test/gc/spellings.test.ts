import type { VifDriver } from '@vifkit/core';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { driverOn } from '../vectors/driver.js';

const lower = '3f0a1b52-0c11-4a51-9d2e-5a6b7c8d9e0f';
const upper = lower.toUpperCase();
const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' };
const common = { address: 'fa:16:3e:10:00:07', network: { bridge: 'br-int' } };

let host: MemoryHost;
let driver: VifDriver;
beforeEach(() => {
  host = memoryHost({ ovsBridges: ['br-int'] });
  driver = driverOn(host);
});

/** Requests for a VIF, whose ids are spelt in one way or the other. */
const kinds: Readonly<Record<string, (id: string) => object>> = {
  'the network model': (id) => ({
    vif: { ...common, id, type: 'ovs', details: { ovs_hybrid_plug: true } },
    instance,
    firewall: 'iptables',
  }),
  'an os-vif object': (id) => ({
    vif: {
      'versioned_object.name': 'VIFBridge',
      'versioned_object.namespace': 'os_vif',
      'versioned_object.version': '1.0',
      'versioned_object.data': {
        id,
        address: common.address,
        plugin: 'ovs',
        bridge_name: 'qbr3f0a1b52-0c',
        vif_name: 'nic3f0a1b52-0c',
        network: {
          'versioned_object.name': 'Network',
          'versioned_object.namespace': 'os_vif',
          'versioned_object.version': '1.1',
          'versioned_object.data': { id: '9c1d5a10-77b4-4b8a-9f1e-0d3c2b1a4f5e', bridge: 'br-int' },
        },
        port_profile: {
          'versioned_object.name': 'VIFPortProfileOpenVSwitch',
          'versioned_object.namespace': 'os_vif',
          'versioned_object.version': '1.3',
          'versioned_object.data': { interface_id: id },
        },
      },
    },
    instance,
  }),
};

describe.each(Object.entries(kinds))('a VIF of %s', (_, request) => {
  it('is the same, whatever the case of the letters of its id', async () => {
    await driver.plug(request(upper));
    const before = host.snapshot();
    expect((await driver.plug(request(lower))).changes).toEqual([]);
    expect((await driver.check(request(lower))).differences).toEqual([]);
    expect(host.snapshot()).toEqual(before);
    expect(JSON.stringify(before)).not.toContain(upper);
    expect(await driver.gc({ keep: [upper] })).toEqual([]);
    expect(await driver.gc({ keep: [lower] })).toEqual([]);
    await driver.unplug(request(upper));
    expect(Object.keys(host.snapshot().ovs.ports)).toEqual(['br-int']);
    expect(await driver.gc({ keep: 'none' })).toEqual([]);
  });

  it('has results by the id as it was given', async () => {
    expect(await driver.plug(request(upper))).toMatchObject({ id: upper, vifId: lower });
  });

  it('waits for itself: two spellings in one call are not worked on at once', async () => {
    const results = await driver.plugAll([request(upper), request(lower)]);
    expect(results.map((each) => 'value' in each && each.value.changes.length > 0)).toEqual([true, false]);
  });
});
