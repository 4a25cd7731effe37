import { announce, vifPlugin } from '@vifkit/core';
import { toPrimitive, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { benchWith } from './support/bench.js';
import { GenericConverter, pluginOf, Taps } from './support/plugins.js';
import { instance, modelVif, objectRequest, objectVif, vifId } from './support/requests.js';

const never = () => new Promise(() => {});

@vifPlugin({ name: 'unbuildable' })
class Unbuildable extends pluginOf('parent', () => []) {
  constructor() {
    super();
    throw new Error('no licence');
  }
}

const bad = [
  pluginOf('throws', () => {
    throw new Error('out of ports');
  }),
  pluginOf('hangs', never),
  pluginOf('garbage', () => [{ kind: 'link', name: 'a b' }]),
  Unbuildable,
];
const badRequests = ['throws', 'hangs', 'garbage', 'unbuildable'].map((plugin, i) =>
  objectRequest(10 + i, plugin),
);

/** The codes of those that failed, and the ids of those that went well. */
const outcomes = (results: readonly ({ value: { id: string } } | { error: { code: string } })[]) =>
  results.map((result) => ('error' in result ? result.error.code : result.value.id));

describe('many requests', () => {
  it('are answered in their order', async () => {
    const slow = pluginOf('slow', () => new Promise((resolve) => setTimeout(() => resolve([]), 20)));
    const { driver } = benchWith([Taps, slow]);
    const requests = [objectRequest(1, 'slow'), objectRequest(2), objectRequest(3, 'slow'), objectRequest(4)];
    const ids = [1, 2, 3, 4].map(vifId);
    for (const method of ['configAll', 'planAll', 'plugAll', 'checkAll', 'unplugAll'] as const) {
      expect(outcomes(await driver[method](requests)), method).toEqual(ids);
    }
  });

  it('may be none', async () => {
    const { driver } = benchWith([Taps]);
    for (const method of ['configAll', 'planAll', 'plugAll', 'checkAll', 'unplugAll'] as const) {
      expect(await driver[method]([])).toEqual([]);
    }
  });

  it('fail one by one, whatever is wrong with them', async () => {
    const { driver, host } = benchWith([Taps, GenericConverter, ...bad]);
    const requests = [
      objectRequest(1),
      ...badRequests,
      { vif: modelVif(14), instance },
      { vif: modelVif(15, 'unbound'), instance },
      { vif: modelVif(16, 'generic', { address: 'no MAC' }), instance },
      objectRequest(17, 'absent'),
      null,
      objectRequest(2),
    ];
    const expected = [
      vifId(1),
      'PLUGIN_FAILED',
      'TIMEOUT',
      'INVALID_PLAN',
      'PLUGIN_FAILED',
      'VIF_TYPE_MISSING',
      'UNSUPPORTED_VIF_TYPE',
      'INVALID_VIF',
      'NO_MATCHING_PLUGIN',
      'INVALID_REQUEST',
      vifId(2),
    ];
    for (const method of ['planAll', 'plugAll', 'checkAll', 'unplugAll', 'plugAll'] as const) {
      expect(outcomes(await driver[method](requests, { timeout: 1_000 })), method).toEqual(expected);
    }
    expect(Object.keys(host.links.snapshot())).toEqual(['tap1', 'tap2']);
  });

  it('whose steps fail are undone, and the others are plugged', async () => {
    const { driver, host } = benchWith([Taps]);
    host.failAt(({ what }) => what === 'set tap2');
    const results = await driver.plugAll([1, 2, 3].map((n) => objectRequest(n)));
    expect(outcomes(results)).toEqual([vifId(1), 'PLUG_FAILED', vifId(3)]);
    expect(Object.keys(host.links.snapshot())).toEqual(['tap1', 'tap3']);
  });

  it('for one VIF are carried out one after the other', async () => {
    const { driver, host } = benchWith([Taps]);
    const results = await driver.plugAll([objectRequest(1), objectRequest(2), objectRequest(1)]);
    expect(results.map((result) => 'value' in result && result.value.changes.length)).toEqual([1, 1, 0]);
    expect(host.writes.filter(({ what }) => what === 'add tap1')).toHaveLength(1);
  });

  it('for one VIF that differ are planned for what the one before has left, each once', async () => {
    const operations: string[] = [];
    @vifPlugin({ name: 'noting' })
    class Noting extends Taps {
      override describe() {
        return announce('noting', [[VIFGeneric, []]]);
      }
      override plug(vif: VIFBase) {
        operations.push('plug');
        return super.plug(vif);
      }
    }
    const { driver, host } = benchWith([Noting]);
    const ways = [...Array.from({ length: 20 }, (_, i) => `tap${i}`), 'tap0'];
    const requests = ways.map((vif_name) => ({
      vif: new VIFGeneric({ id: vifId(1), address: 'fa:16:3e:10:00:01', plugin: 'noting', vif_name }),
      instance,
    }));
    const results = await driver.plugAll(requests);
    expect(outcomes(results)).toEqual(ways.map(() => vifId(1)));
    expect(operations).toHaveLength(ways.length);
    expect(Object.keys(host.links.snapshot())).toEqual(['tap0']);
  });

  it('that are one and the same object have a result each', async () => {
    const request = objectRequest(1);
    const results = await benchWith([Taps]).driver.unplugAll([request, request]);
    expect(outcomes(results)).toEqual([vifId(1), vifId(1)]);
  });

  it('that are called off fail each, and leave nothing', async () => {
    const { driver, host } = benchWith([Taps, ...bad]);
    const controller = new AbortController();
    host.hangAt(
      ({ what }) => what === 'set tap1',
      () => controller.abort(),
    );
    const requests = [objectRequest(1), objectRequest(11, 'throws'), objectRequest(2)];
    const results = await driver.plugAll(requests, { signal: controller.signal });
    expect(outcomes(results)).toEqual(['PLUG_FAILED', 'PLUGIN_FAILED', 'PLUG_FAILED']);
    for (const i of [0, 2]) expect(results[i]).toMatchObject({ error: { cause: { code: 'ABORTED' } } });
    expect(host.links.snapshot()).toEqual({});
  });

  it('that are called off while plugins plan fail with that', async () => {
    const { driver, host } = benchWith([Taps, ...bad]);
    const controller = new AbortController();
    const results = driver.plugAll([objectRequest(1), objectRequest(2, 'hangs')], {
      signal: controller.signal,
    });
    setImmediate(() => controller.abort());
    expect(await results).toMatchObject([
      { error: { code: 'PLUG_FAILED', cause: { code: 'ABORTED' } } },
      { error: { code: 'ABORTED', vifId: vifId(2) } },
    ]);
    expect(host.writes).toEqual([]);
  });
});

describe('the id of a request that fails', () => {
  const wire = toPrimitive(objectVif(1, 'absent'));
  const data = wire['versioned_object.data'];

  it.each([
    ['its own', { id: 'port 7', vif: modelVif(1), instance }, 'port 7'],
    ['its VIF’s', { vif: modelVif(1), instance }, vifId(1)],
    ['its VIF’s, when it has null', { id: null, vif: modelVif(1), instance }, vifId(1)],
    ['its VIF’s, when its own is none', { id: 7, vif: modelVif(1, 'generic'), instance }, vifId(1)],
    ['an os-vif object’s', objectRequest(1, 'absent'), vifId(1)],
    ['a wire form’s', { vif: wire, instance }, vifId(1)],
    [
      'a wire form’s that cannot be read',
      { vif: { ...wire, 'versioned_object.name': 'VIFNew', 'versioned_object.data': data }, instance },
      vifId(1),
    ],
    ['whatever is in its place', { vif: { id: 'port' } }, 'port'],
    ['null, if there is none', { vif: { address: 'a' }, instance }, null],
    ['null, if it is no text', { id: {}, vif: { id: 7 }, instance }, null],
    ['null, for no VIF', { vif: null, instance }, null],
    [
      'null, for a getter',
      {
        vif: {
          get id() {
            return vifId(1);
          },
        },
        instance,
      },
      null,
    ],
    ['null, for what is no request', 'port', null],
    ['null, for a list', [modelVif(1)], null],
  ])('is %s', async (_, request, id) => {
    const { driver } = benchWith([GenericConverter]);
    for (const method of ['configAll', 'planAll', 'plugAll', 'checkAll', 'unplugAll'] as const) {
      if (method === 'configAll' && id === vifId(1)) continue; // an object needs no plugin for that
      expect(await driver[method]<unknown>([request]), method).toMatchObject([
        { id, error: { name: expect.any(String) } },
      ]);
    }
  });
});
