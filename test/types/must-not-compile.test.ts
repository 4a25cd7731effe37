// What must not compile has `@ts-expect-error` above it: the compiler refuses the line if it does. `npm run lint` runs it
// on this file, and nothing of it is run here but the tests at the end.
import { isVifError, type PluginPackage, VifError } from '@vifkit/core';
import type { NetworkVifInput, VifRequestInput } from '@vifkit/core/nova';
import { VIFBridge, VIFGeneric } from '@vifkit/core/os-vif';
import {
  type ChangeResult,
  createVifDriver,
  type PlugError,
  type Settled,
  type VifDriver,
} from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import linuxBridge from '@vifkit/plugin-linux-bridge';
import ovs from '@vifkit/plugin-ovs-hybrid';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, expectTypeOf, it } from 'vitest';

const id = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';
const vif = { id, address: 'fa:16:3e:10:00:02', type: 'tap', devname: 'tap1', more: 'of Nova' };
const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' };
const common = { host: memoryHost(), guests: new LibvirtGuestConfigurator() };

function requests(driver: VifDriver, json: unknown): void {
  driver.plug({ vif, instance });
  driver.plug({ vif: new VIFGeneric({ id }), instance, routing: 'current' });
  driver.plug(json);
  driver.plugAll([{ vif, instance }]);
  // @ts-expect-error: no request is a number
  driver.plug(42);
  // @ts-expect-error: nor a text
  driver.check('a text');
  // @ts-expect-error: nor a list
  driver.plan([{ vif, instance }]);
  // @ts-expect-error: a key that no request has
  driver.plug({ vif, instance, frewall: 'iptables' });
  // @ts-expect-error: a value of the wrong type
  driver.plug({ vif, instance: { uuid: 7 } });
  // @ts-expect-error: a key that no instance has
  driver.plug({ vif, instance: { ...instance, nmae: 'a' } });
  // @ts-expect-error: a VIF's id is text
  driver.unplug({ vif: { ...vif, id: 9 }, instance });
  // @ts-expect-error: one of a list is none
  driver.plugAll([{ vif, instance }, 42]);
}

function manyRequests(driver: VifDriver, unread: AsyncIterable<unknown>): void {
  driver.plugAll(new Set([{ vif, instance }]));
  driver.unplugAll(unread);
  driver.checkAll(stream({ vif, instance }));
  // @ts-expect-error: nothing that yields requests
  driver.plugAll({ vif, instance });
  // @ts-expect-error: text yields characters
  driver.checkAll('[]');
  // @ts-expect-error: what it yields are no requests
  driver.unplugAll(new Set([42]));
  // @ts-expect-error: a key that no request has
  driver.plugAll(stream({ vif, instance, frewall: 'iptables' }));
}

async function* stream<T>(request: T): AsyncGenerator<T> {
  yield request;
}

function results([result]: readonly Settled<ChangeResult>[]): void {
  if (result?.ok) expectTypeOf(result.value).toEqualTypeOf<ChangeResult>();
  if (result?.ok === false) expectTypeOf(result.error).toEqualTypeOf<VifError>();
  // @ts-expect-error: it may have failed
  result?.value;
}

function inputs(): void {
  ({ vif, instance }) satisfies VifRequestInput;
  // @ts-expect-error: a VIF of the network model has an address
  ({ id }) satisfies NetworkVifInput;
  // @ts-expect-error: routing is one of two
  ({ vif, instance, routing: 'ocata' }) satisfies VifRequestInput;
  // @ts-expect-error: an object's fields are declared
  new VIFBridge({ id, vif_nam: 'tap1' });
}

function options(untyped: PluginPackage): void {
  createVifDriver({ ...common, plugins: [ovs], options: { ovs: { network_device_mtu: 1500 } } });
  createVifDriver({ ...common, plugins: [ovs, linuxBridge], options: { linux_bridge: {}, ovs: {} } });
  createVifDriver({ ...common, plugins: [untyped], options: { acme: { anything: 1 } } });
  // @ts-expect-error: an option that the plugin does not have
  createVifDriver({ ...common, plugins: [ovs], options: { ovs: { network_device_mut: 1 } } });
  // @ts-expect-error: a value of the wrong type
  createVifDriver({ ...common, plugins: [ovs], options: { ovs: { network_device_mtu: 'large' } } });
  // @ts-expect-error: a plugin that is not there
  createVifDriver({ ...common, plugins: [ovs], options: { linux_bridge: {} } });
  // @ts-expect-error: an option of the driver that there is not
  createVifDriver({ ...common, plugins: [], optoins: {} });
}

function errors(error: unknown): void {
  if (isVifError(error, 'PLUG_FAILED')) expectTypeOf(error).toEqualTypeOf<PlugError>();
  if (isVifError(error, 'TIMEOUT')) expectTypeOf(error.code).toEqualTypeOf<'TIMEOUT'>();
  // @ts-expect-error: a code that there is not
  isVifError(error, 'PLUG_FAIL');
  // @ts-expect-error: a code that there is not
  new VifError('PLUG_FAIL', '');
  // @ts-expect-error: only a plug that failed was undone
  if (isVifError(error, 'TIMEOUT')) error.undoFailures;
}

it('is for the compiler to read', () => {
  expect([requests, manyRequests, results, inputs, options, errors]).toHaveLength(6);
});

describe('an error as JSON', () => {
  it('reports all but its stack', () => {
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    const cause = new RangeError('no such day', { cause: missing });
    const error = new VifError('TIMEOUT', 'Too late', { vifId: id, cause });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'VifError',
      code: 'TIMEOUT',
      message: 'Too late',
      vifId: id,
      cause: {
        name: 'RangeError',
        message: 'no such day',
        cause: { name: 'Error', code: 'ENOENT', message: 'no such file' },
      },
    });
  });

  it('reports an error that is its own cause, and of a proxy that throws', () => {
    const circle = new Error('again');
    circle.cause = circle;
    const wild = new Proxy({}, { get: () => Number('x').toFixed(-1) });
    for (const cause of [circle, wild]) {
      expect(JSON.stringify(new VifError('ABORTED', 'Over', { cause }))).toContain('"cause":{');
    }
  });

  it('reports what a plug that failed has more', async () => {
    const host = memoryHost({ ovsBridges: ['br-int'] });
    const driver = createVifDriver({ ...common, host, plugins: [linuxBridge] });
    host.failAt(1);
    const network = { bridge: 'br1', meta: { should_create_bridge: true } };
    const request = { vif: { ...vif, type: 'bridge', network }, instance };
    const error: unknown = await driver.plug(request).catch((thrown: unknown) => thrown);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'PlugError',
      code: 'PLUG_FAILED',
      message: expect.stringContaining('failed at link'),
      step: { kind: 'link' },
      undoFailures: [],
      cause: { code: 'LINK_COMMAND_FAILED', message: expect.stringContaining('Made to fail') },
    });
    await driver.close();
  });
});
