import { isVifError, type PlanContext, vifPlugin } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import type { Routing } from '@vifkit/core/nova';
import { describe, expect, it } from 'vitest';
import { benchWith } from './support/bench.js';
import { GenericConverter, GenericDriver, pluginOf, QbgDriver, Taps } from './support/plugins.js';
import { instance, modelVif, objectRequest, objectVif, vifId } from './support/requests.js';

const all = [Taps, GenericConverter, GenericDriver, QbgDriver];
const legacy = { vif: modelVif(1, '802.1qbg'), instance };

describe.each([
  ['an os-vif object', { ...objectRequest(1) }, { path: 'os-vif', plugin: 'taps' }],
  ['a VIF with a converter', { vif: modelVif(1, 'generic'), instance }, { path: 'os-vif', plugin: 'taps' }],
  ['a VIF of the legacy path', legacy, { path: 'legacy', plugin: '802qbg' }],
])('%s', (_, request, by) => {
  const handled = { id: vifId(1), vifId: vifId(1), reason: expect.any(String), ...by };
  const waiting = { state: 'waiting', legs: [expect.objectContaining({ leg: 'guestLink', name: 'tap1' })] };
  const timed = { ...handled, timeline: expect.any(Array) };

  it('is planned, plugged, checked and unplugged', async () => {
    const { host, driver } = benchWith(all);
    const step = { kind: 'link', name: 'tap1', create: { type: 'tap' }, set: { up: true } };
    const { steps, ...rest } = await driver.plan(request);
    expect(rest).toEqual(timed);
    expect(steps).toEqual([{ step, writes: true, differences: expect.any(Array) }]);
    expect((await driver.check(request)).differences).toMatchObject([{ kind: 'link', name: 'tap1' }]);
    expect(host.writes).toEqual([]);

    const { changes, ...plugged } = await driver.plug(request);
    expect(plugged).toEqual({ ...timed, stepCount: 1, connection: waiting });
    expect(changes).toMatchObject([{ kind: 'link', name: 'tap1', differences: [{ attribute: 'exists' }] }]);
    expect(host.links.snapshot().tap1).toMatchObject({ type: 'tap', up: true });
    expect((await driver.plug(request)).changes).toEqual([]);
    expect(await driver.check(request)).toEqual({ ...timed, differences: [], connection: waiting });
    expect((await driver.plan(request)).steps).toEqual([{ step, writes: false, differences: [] }]);

    expect(await driver.unplug(request)).toMatchObject({
      ...handled,
      changes: [{ kind: 'linkAbsent', name: 'tap1' }],
    });
    expect(host.links.snapshot()).toEqual({});
    expect((await driver.unplug(request)).changes).toEqual([]);
  });

  it('is known by the id of its request, if that has one', async () => {
    const { driver } = benchWith(all);
    expect((await driver.plug({ id: 'port 7', ...request })).id).toBe('port 7');
  });

  it('has a device', async () => {
    const { driver, host } = benchWith(all);
    const { device, ...rest } = await driver.config(request);
    expect(rest).toEqual(handled);
    expect(device.toXml()).toBe('<interface/>\n');
    expect(host.writes).toEqual([]);
  });
});

describe('a guest that could not start', () => {
  class Awaited extends Taps {
    path = (): Leg[] => [{ kind: 'guestLink', name: 'vnet3', madeBy: 'hypervisor' }];
  }
  vifPlugin({ name: 'taps' })(Awaited);

  it.each([
    [
      'a quota that is none',
      [Taps],
      { extra_specs: { 'quota:vif_inbound_average': 'fast' } },
      'INVALID_REQUEST',
    ],
    ['a name that libvirt does not keep', [Awaited], {}, 'INVALID_VIF'],
  ])('is not plugged, but unplugged: %s', async (_, plugins, flavor, code) => {
    const { host, driver } = benchWith(plugins);
    const request = { ...objectRequest(1), flavor };
    for (const operation of ['plan', 'plug'] as const) {
      await expect(driver[operation](request)).rejects.toMatchObject({ code });
    }
    expect(host.writes).toEqual([]);
    expect((await driver.unplug(request)).changes).toEqual([]);
  });
});

describe('a device', () => {
  it('is made of the object on the object path', async () => {
    const { driver, asked } = benchWith(all);
    await driver.config({ ...objectRequest(1), vif: objectVif(1, 'not here') });
    expect(asked).toMatchObject([{ what: objectVif(1, 'not here') }]);
  });

  it('is made of the driver’s answer on the legacy path', async () => {
    const { driver, asked } = benchWith(all);
    await driver.config(legacy);
    const what = { type: 'ethernet', target: 'tap1', bandwidth: false };
    expect(asked).toMatchObject([{ what, mac: 'fa:16:3e:10:00:02' }]);
  });

  it('depends on what the request says, and on the host as it is', async () => {
    const { driver, asked } = benchWith(all, { kernelRelease: '5.15.0' });
    const image = { properties: { hw_vif_model: 'e1000' } };
    await driver.config({ ...legacy, flavor: { vcpus: 4 }, image, firewall: 'iptables' });
    expect(asked[0]?.context).toMatchObject({
      instance,
      flavor: { vcpus: 4, extra_specs: {} },
      image,
      host: {
        virt_type: 'kvm',
        use_virtio_for_bridges: true,
        libvirt_version: [9, 0, 0],
        kernel_release: '5.15.0',
      },
      hostFilters: true,
    });
  });

  it('depends on the host as the request describes it', async () => {
    const { driver, asked } = benchWith(all);
    const host = {
      virt_type: 'qemu',
      use_virtio_for_bridges: false,
      libvirt_version: [1, 2, 0],
      kernel_release: '3.10.0',
    };
    await driver.config({ ...legacy, host });
    expect(asked[0]?.context.host).toEqual(host);
  });
});

describe('the rules', () => {
  const asked = async (request: object, routing?: Routing) => {
    const bench = benchWith(all, { ...(routing && { routing }) });
    await bench.driver.config(request);
    return bench.asked[0]?.context;
  };

  it("are Nova 14's unless request or driver say otherwise", async () => {
    expect(await asked(legacy)).toMatchObject({ routing: 'newton' });
    expect(await asked({ ...legacy, routing: 'current' })).toMatchObject({ routing: 'current' });
    expect(await asked(legacy, 'current')).toMatchObject({ routing: 'current' });
  });

  it('may turn on the vNIC type, which an os-vif object does not have', async () => {
    const { vif } = legacy;
    expect(await asked({ ...legacy, vif: { ...vif, vnic_type: 'direct' } })).toMatchObject({
      vnicType: 'direct',
    });
    expect(await asked(objectRequest(1))).not.toHaveProperty('vnicType');
  });
});

describe('an object', () => {
  const { driver } = benchWith(all);

  it("is the request's own, or what its VIF converts to", () => {
    expect(driver.convert(objectRequest(1))).toEqual(objectVif(1, 'taps'));
    expect(driver.convert({ vif: modelVif(2, 'generic'), instance })).toEqual(objectVif(2, 'taps'));
  });

  it('may name a plugin that is missing, or none', () => {
    expect(driver.convert({ vif: objectVif(1), instance })).toEqual(objectVif(1));
    expect(driver.convert(objectRequest(1, 'elsewhere'))).toEqual(objectVif(1, 'elsewhere'));
  });

  it('is missing for a VIF of the legacy path', () => {
    expect(driver.convert(legacy)).toBeUndefined();
  });

  it('is refused for a VIF that neither path has', () => {
    expect(() => driver.convert({ vif: modelVif(1, 'other'), instance })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VIF_TYPE', vifId: vifId(1) }),
    );
  });
});

describe('a plugin', () => {
  it('gets instance, facts and filtering', async () => {
    const seen: PlanContext[] = [];
    const nosy = pluginOf('nosy', async (_, context) => {
      seen.push(context);
      return [
        {
          kind: 'link',
          name: 'tap1',
          create: { type: 'tap' },
          set: { mtu: await context.facts.linkMtu('eth0') },
        },
      ];
    });
    const { driver, host } = benchWith([nosy], { links: [{ name: 'eth0', mtu: 9000 }] });
    await driver.plug({ ...objectRequest(1, 'nosy'), firewall: 'iptables' });
    expect(seen[0]).toMatchObject({ instance, hostFilters: true });
    expect(Object.keys({ ...seen[0]?.facts })).toEqual(Object.keys(host.facts)); // a plugin may copy them
    expect(host.links.snapshot().tap1).toMatchObject({ mtu: 9000 });
  });

  it('cannot change its plan once it has given it', async () => {
    const plan: object[] = [{ kind: 'link', name: 'tap1', create: { type: 'tap' } }];
    const { driver, host } = benchWith([
      pluginOf('forgetful', () => {
        setImmediate(() => plan.push({ kind: 'link', name: 'eth0\nlink delete dev eth0' }));
        return plan;
      }),
    ]);
    await driver.plug(objectRequest(1, 'forgetful'));
    expect(Object.keys(host.links.snapshot())).toEqual(['tap1']);
  });
});

describe('errors', () => {
  const { driver, host } = benchWith([
    ...all,
    pluginOf('throws', () => {
      throw new RangeError('out of ports');
    }),
    pluginOf('rejects', () => Promise.reject('out of ports')),
    pluginOf('garbage', () => [{ kind: 'link', name: 'a b' }]),
    pluginOf('nothing', () => undefined),
  ]);

  it.each([
    ['throws', 'PLUGIN_FAILED', "'throws' threw in plug: out of ports"],
    ['rejects', 'PLUGIN_FAILED', '\'rejects\' threw in plug: "out of ports"'],
    ['garbage', 'INVALID_PLAN', "The os-vif plugin 'garbage' returned a bad plan"],
    ['nothing', 'INVALID_PLAN', 'it is undefined, not a list of steps'],
    ['absent', 'NO_MATCHING_PLUGIN', "No plugin is named 'absent'"],
  ])('of the plugin %s are thrown with the id of the VIF', async (plugin, code, message) => {
    const error = await driver.plug(objectRequest(1, plugin)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message), vifId: vifId(1) });
    expect(host.writes).toEqual([]);
  });

  it('keep their cause, and what is theirs beyond a code', async () => {
    await expect(driver.plan(objectRequest(1, 'throws'))).rejects.toMatchObject({
      cause: expect.any(RangeError),
    });
    const noMac = { vif: { id: vifId(1), type: 'generic' }, instance };
    await expect(driver.plug(noMac)).rejects.toMatchObject({
      code: 'INVALID_VIF',
      violations: [{ path: 'vif.address' }],
    });
  });

  it('of a step are the causes of errors of the call', async () => {
    const bench = benchWith(all, { links: [{ name: 'tap1', type: 'bridge' }] });
    const cause = { code: 'LINK_KIND_MISMATCH' };
    await expect(bench.driver.plug(objectRequest(1))).rejects.toMatchObject({ code: 'PLUG_FAILED', cause });
    expect((await bench.driver.plan(objectRequest(1))).steps).toMatchObject([
      { writes: true, blocked: cause },
    ]);
    expect((await bench.driver.check(objectRequest(1))).differences).toHaveLength(1);
  });

  it.each(['config', 'plan', 'plug', 'check', 'unplug'] as const)(
    'of what is no request: %s',
    async (method) => {
      for (const request of [undefined, null, 7, 'request', [], {}, new Date()]) {
        const error = await driver[method](request).catch((thrown: unknown) => thrown);
        expect(isVifError(error, 'INVALID_REQUEST'), String(error)).toBe(true);
      }
    },
  );

  it.each(['config', 'plan', 'plug', 'check', 'unplug'] as const)(
    'of the caller’s abort: %s',
    async (method) => {
      const refusal = driver[method](objectRequest(1), { signal: AbortSignal.abort() });
      await expect(refusal).rejects.toMatchObject({ code: 'ABORTED', vifId: vifId(1) });
    },
  );
});

it('closing a driver closes its host', async () => {
  const { driver, host } = benchWith(all);
  let closed = 0;
  host.close = async () => {
    closed += 1;
  };
  await driver.close();
  expect(closed).toBe(1);
});
