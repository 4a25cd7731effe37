import { type Plan, type VifPlugin, vifPlugin } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { benchWith } from './support/bench.js';
import { pluginOf, Taps } from './support/plugins.js';
import { objectRequest } from './support/requests.js';

@vifPlugin({ name: 'bad' })
class Unbuildable implements VifPlugin {
  constructor() {
    throw new Error('no licence');
  }
  describe = fail;
  plug = fail;
  unplug = fail;
}

function fail(): never {
  throw new Error('boom');
}

const never = () => new Promise<never>(() => {});
const hostile = () => new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail });
const thenable = (then: () => void) => Object.fromEntries([['then', then]]);
const custom = {
  kind: 'custom',
  name: 'bind',
  isDone: async () => false,
  apply: never,
  undo: async () => {},
};
const plugin = (plan: () => unknown) => pluginOf('bad', plan);

/** What becomes of a bad plugin's VIF among those of a good one. */
async function amongOthers(bad: new () => VifPlugin, operation: 'plugAll' | 'unplugAll' | 'checkAll') {
  const { driver, host } = benchWith([Taps, bad]);
  const requests = [objectRequest(1), objectRequest(2, 'bad'), objectRequest(3)];
  const results = await driver[operation](requests, { timeout: 400 });
  return { results, links: Object.keys(host.snapshot().links), writes: host.writes };
}

const cases: [string, string, new () => VifPlugin][] = [
  ['throws in its constructor', 'PLUGIN_FAILED', Unbuildable],
  ['throws', 'PLUGIN_FAILED', plugin(fail)],
  [
    'throws what is no error',
    'PLUGIN_FAILED',
    plugin(() => {
      throw hostile();
    }),
  ],
  ['rejects with nothing', 'PLUGIN_FAILED', plugin(() => Promise.reject())],
  ['returns nothing', 'INVALID_PLAN', plugin(() => undefined)],
  ['returns what cannot be looked at', 'PLUGIN_FAILED', plugin(hostile)],
  ['returns a plan that cannot be looked at', 'INVALID_PLAN', plugin(() => [hostile()])],
  ['returns what can be awaited and throws', 'PLUGIN_FAILED', plugin(() => thenable(fail))],
  ['returns a generator', 'INVALID_PLAN', plugin(() => [custom].values())],
  ['returns far too much', 'INVALID_PLAN', plugin(() => Array.from({ length: 100_000 }, () => custom))],
  ['never returns', 'TIMEOUT', plugin(never)],
  ['returns what is never fulfilled', 'TIMEOUT', plugin(() => thenable(() => {}))],
];

describe('a plugin that', () => {
  it.each(cases)('%s is reported by its name with %s, and the others are plugged', async (_, code, bad) => {
    const { results, links } = await amongOthers(bad, 'plugAll');
    expect(results).toMatchObject([
      { value: { plugin: 'taps' } },
      { error: { code, message: expect.stringContaining("'bad'") } },
      { value: { plugin: 'taps' } },
    ]);
    expect(links).toEqual(['tap1', 'tap3']);
  });

  it.each(['plugAll', 'unplugAll', 'checkAll'] as const)(
    'has a step that never reports its state is reported by its name by %s, and the others are done',
    async (operation) => {
      const { results } = await amongOthers(
        plugin(() => [{ ...custom, isDone: never }]),
        operation,
      );
      expect(results).toMatchObject([
        { value: { plugin: 'taps' } },
        { error: { message: expect.stringContaining("custom 'bind' of the os-vif plugin 'bad'") } },
        { value: { plugin: 'taps' } },
      ]);
    },
  );

  it.each<[what: string, path: () => unknown]>([
    ['no list', () => 5],
    ['what is no leg', () => [{ kind: 'guestlink', name: 'tap2' }]],
    ['nothing in a list', () => [undefined]],
    ['a list that cannot be looked at', () => [hostile()]],
  ])('has a path with %s is reported by its name, but its VIF can be unplugged', async (_, path) => {
    class Pathless extends plugin(() => [{ kind: 'linkAbsent', name: 'tap2', type: 'tap', own: true }]) {
      override path = path as never;
    }
    vifPlugin({ name: 'bad' })(Pathless);
    const { results } = await amongOthers(Pathless, 'plugAll');
    expect(results[1]).toMatchObject({
      error: { code: 'INVALID_PLAN', message: expect.stringContaining("'bad' returned a bad path") },
    });
    expect((await amongOthers(Pathless, 'unplugAll')).results[1]).toMatchObject({ ok: true });
  });

  it('has a step that never ends is reported by its name, and the others are plugged', async () => {
    const { results, links } = await amongOthers(
      plugin(() => [custom]),
      'plugAll',
    );
    expect(results[1]).toMatchObject({
      error: { code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' }, undoFailures: [] },
    });
    expect(results[1]).toMatchObject({ error: { message: expect.stringContaining("'bad'") } });
    expect(links).toEqual(['tap1', 'tap3']);
  });

  it('changes its plan once that was looked at changes nothing', async () => {
    const step = { kind: 'link', name: 'tap2', create: { type: 'tap' } };
    const plan = [step];
    const changing = pluginOf('bad', async (): Promise<Plan> => {
      setImmediate(() => {
        step.name = 'eth0\nlink del eth0';
        plan.push(step, step);
      });
      return plan as Plan;
    });
    const { results, links } = await amongOthers(changing, 'plugAll');
    expect(results[1]).toMatchObject({ value: { stepCount: 1 } });
    expect(links).toEqual(['tap1', 'tap2', 'tap3']);
  });
});

it('requests that cannot be looked at have an error each, and the others are plugged', async () => {
  const { driver, host } = benchWith([Taps]);
  const requests = [objectRequest(1), hostile(), { ...objectRequest(2), vif: hostile() }, objectRequest(3)];
  const results = await driver.plugAll(requests);
  expect(results).toMatchObject([
    { value: {} },
    { id: null, error: { code: 'INVALID_REQUEST' } },
    { id: null, error: { code: 'INVALID_REQUEST' } },
    { value: {} },
  ]);
  expect(Object.keys(host.snapshot().links)).toEqual(['tap1', 'tap3']);
});

it('a plugin whose options cannot be built is refused by its name when it is registered', () => {
  class Options {
    readonly key = fail();
  }
  @vifPlugin({ name: 'bad', options: Options })
  class Plugin extends Taps {}
  expect(() => benchWith([Plugin])).toThrow(
    expect.objectContaining({
      code: 'PLUGIN_FAILED',
      message: "The options of plugin 'bad' cannot be made: boom",
    }),
  );
});

describe('a host that does not answer', () => {
  const asking = pluginOf('asks', async (_, { facts }) => {
    await facts.linkMac('eth0');
    await facts.linkMtu('br0');
    return [];
  });

  it.each(['plug', 'unplug'] as const)(
    'is what the error of a %s names, and not the plugin',
    async (operation) => {
      const { driver, host } = benchWith([asking]);
      host.facts.linkMtu = never;
      await expect(driver[operation](objectRequest(1, 'asks'), { timeout: 40 })).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: `The deadline passed while reading the host: linkMtu(br0), for ${operation} by the os-vif plugin 'asks'`,
      });
    },
  );
});
