import { errorCodes, isVifError } from '@vifkit/core';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { OvsdbClient } from '@vifkit/host/ovsdb';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import ovsHybrid from '@vifkit/plugin-ovs-hybrid';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { anyJsonText, hostileKeys, hostileObjects } from './hostile-values.js';
import { recordedHost } from './recorded-host.js';

type Make = () => unknown;

/** What Node.js or V8 says, where one of ours should have. */
const raw =
  /Cannot read prop|Cannot destructure|is not (a function|iterable|a constructor)|undefined \(|ERR_[A-Z]+|\n\s+at /;

const anything: fc.Arbitrary<Make> = fc.oneof(
  fc.constantFrom(...hostileObjects),
  anyJsonText.map((text) => (): unknown => JSON.parse(text)),
  fc.constantFrom<Make>(
    () => 'nöne',
    () => new Set(['a']),
    () => new AbortController(),
    () => [Symbol('a')],
    () => -1,
    () => ({ aborted: false }),
  ),
);

const outcomes = new Map<string, number>();

/** How a call ends: with a value, or a code; all else is a fault. */
async function outcomeOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'taken';
  } catch (error) {
    if (!isVifError(error) || !(error.code in errorCodes)) return `NOT CODED: ${String(error)}`;
    return raw.test(error.message) ? `RAW: ${error.message}` : error.code;
  }
}

/** Calls with options one or two of which are hostile, or are none of its options at all. */
async function expectCoded(
  good: Readonly<Record<string, unknown>>,
  names: readonly string[],
  call: (options: never) => unknown,
): Promise<void> {
  const changes = fc.array(fc.tuple(fc.constantFrom(...names, ...hostileKeys), anything), {
    minLength: 1,
    maxLength: 2,
  });
  const options = fc.oneof(
    {
      weight: 5,
      arbitrary: changes.map((each) => () => {
        const given = each.map(([name, make]) => [name, make()] as const);
        return { ...good, ...Object.fromEntries(given) };
      }),
    },
    { weight: 1, arbitrary: anything },
  );
  for (const make of fc.sample(options, { numRuns: 400, seed: 7 })) {
    const outcome = await outcomeOf(() => call(make() as never));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    expect(outcome).toMatch(/^(taken|[A-Z_]+)$/);
  }
}

const request = {
  vif: {
    id: '3f0a1b52-0c11-4a51-9d2e-5a6b7c8d9e0f',
    address: 'fa:16:3e:10:00:07',
    type: 'ovs',
    network: { bridge: 'br-int' },
    details: { ovs_hybrid_plug: true },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};
const guests = new LibvirtGuestConfigurator();
const parts = () => ({ host: recordedHost().host, guests, plugins: [ovsHybrid] });
const callOptions = ['signal', 'timeout', 'undoTimeout', 'onResult', 'timeuot'];
const drivers: VifDriver[] = [];

function newDriver(): VifDriver {
  const driver = createVifDriver(parts());
  drivers.push(driver);
  return driver;
}

afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
});

describe('whatever is handed to', () => {
  afterAll(() => console.info('Hostile options:', Object.fromEntries([...outcomes].sort())));

  it('createVifDriver comes to a driver or a code', () =>
    expectCoded(
      parts(),
      ['host', 'guests', 'plugins', 'options', 'routing', 'logger', 'optoins'],
      createVifDriver,
    ));

  it('openHost comes to a host or a code', () =>
    expectCoded(
      {},
      'ovsdb ovsdbTls networkNamespace sysfsRoot rootHelper toolHelper stateDir tapOwner reserve logger resreve'.split(
        ' ',
      ),
      async (options) => {
        await openHost(options).close();
      },
    ));

  it('OvsdbClient comes to a client or a code', () =>
    expectCoded({}, ['endpoint', 'tls', 'maxMessageBytes', 'probeInterval', 'logger'], async (options) => {
      await new OvsdbClient(options).close();
    }));

  it('OvsdbClient as keys comes to a client or a code', () =>
    expectCoded({ ca: 'ca.pem' }, ['ca', 'cert', 'key', 'serverName'], async (tls) => {
      await new OvsdbClient({ endpoint: 'ssl:192.0.2.1:6640', tls }).close();
    }));

  it.each(['planAll', 'plugAll', 'checkAll', 'unplugAll', 'configAll'] as const)(
    '%s as its options comes to results or a code',
    async (method) => {
      const driver = newDriver();
      await expectCoded({ timeout: 5_000 }, callOptions, (options) => driver[method]([request], options));
    },
  );

  it.each(['planAll', 'plugAll', 'checkAll', 'unplugAll', 'configAll'] as const)(
    '%s as its requests comes to results or a code, and nothing is written',
    async (method) => {
      const { host, given } = recordedHost();
      const driver = createVifDriver({ ...parts(), host });
      drivers.push(driver);
      for (const make of [...hostileObjects, ...fc.sample(anything, { numRuns: 200, seed: 7 })]) {
        const outcome = await outcomeOf(() => driver[method](make() as never));
        expect(outcome).toMatch(/^(taken|[A-Z_]+)$/);
      }
      expect(given).toEqual([]);
    },
  );

  it('gc comes to results or a code', async () => {
    const { host, given } = recordedHost();
    const driver = createVifDriver({ ...parts(), host });
    drivers.push(driver);
    const keep = [request.vif.id];
    const names = ['keep', 'dryRun', 'signal', 'timeout', 'undoTimeout', 'dryrun'];
    await expectCoded({ keep }, names, (options) => driver.gc(options));
    expect(given).toEqual([]);
  });

  it('hostInfo comes to what plugins take, or a code', async () => {
    const driver = newDriver();
    for (const make of hostileObjects) {
      expect(await outcomeOf(() => driver.hostInfo(make() as never))).toMatch(/^(taken|[A-Z_]+)$/);
    }
  });
});

describe('options that are wrong', () => {
  const driver = newDriver();
  it.each<[string, () => unknown, string, RegExp]>([
    ['of time', () => driver.plugAll([], { timeout: Number.NaN }), 'INVALID_OPTIONS', /timeout .*, not NaN/],
    ['as null', () => driver.plugAll([], null as never), 'INVALID_OPTIONS', /must be an object, not null/],
    ['in a key', () => driver.plug(request, { timeuot: 1 } as never), 'INVALID_OPTIONS', /mean 'timeout'/],
    [
      'in a key of gc',
      () => driver.gc({ keep: 'none', dryrun: true } as never),
      'INVALID_OPTIONS',
      /'dryRun'/,
    ],
    ['of gc', () => driver.gc({ keep: 'none', dryRun: 'no' } as never), 'INVALID_OPTIONS', /true or false/],
    ['as no list', () => driver.plugAll(new WeakSet() as never), 'INVALID_REQUEST', /must be a list/],
    ['as text', () => driver.plugAll('[]' as never), 'INVALID_REQUEST', /must be a list/],
    ['as no request', () => driver.plug(42 as never), 'INVALID_REQUEST', /must be a plain object, not 42/],
    [
      'in a key of createVifDriver',
      () => createVifDriver({ ...parts(), optoins: {} } as never),
      'INVALID_OPTIONS',
      /mean 'options'/,
    ],
    ['in a key of openHost', () => openHost({ stateDri: '/x' } as never), 'INVALID_OPTIONS', /'stateDir'/],
    ['in a key for TLS', () => openHost({ ovsdbTls: { cA: 'x' } } as never), 'INVALID_OPTIONS', /mean 'ca'/],
    ['by the name of a user', () => openHost({ tapOwner: 'a\0b' }), 'INVALID_OPTIONS', /tapOwner must be/],
  ])('are refused: %s', async (_, call, code, message) => {
    const refusal = { code, message: expect.stringMatching(message) };
    await expect(Promise.resolve().then(call)).rejects.toMatchObject(refusal);
  });
});
