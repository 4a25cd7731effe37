import { isVifError } from '@vifkit/core';
import { parseRequest } from '@vifkit/core/nova';
import type { Settled } from '@vifkit/engine';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rounds } from '../thorough.js';
import { driverOn } from '../vectors/driver.js';
import { baseRequests } from './base-requests.js';
import { anyJsonText, hostileKeys, hostileObjects } from './hostile-values.js';
import { pathsOf, replaced } from './mutations.js';
import { recordedHost, textsOf, untouchableHost } from './recorded-host.js';

/** What a terminal, a batch file, OVSDB or XML must not get to see. */
const unfit = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;
/** The one kind of line that xmlbuilder2 writes. */
const xmlLine = /^ *<[^\n]*>$/;

type Make = () => unknown;

const outcomes = new Map<string, number>();
const count = (what: string) => outcomes.set(what, (outcomes.get(what) ?? 0) + 1);

const places = baseRequests.map((request) => ({ request, paths: pathsOf(request) }));

/**
 * Makes a request with one or more places, or new keys, that have something hostile. fast-check looks at what it
 * generates, and some of it does not bear that.
 */
const mutated = (value: fc.Arbitrary<Make>, most: number) =>
  fc
    .tuple(
      fc.constantFrom(...places),
      fc.array(fc.tuple(fc.nat(), fc.option(fc.constantFrom(...hostileKeys), { freq: 8 }), value), {
        minLength: 1,
        maxLength: most,
      }),
    )
    .map(
      ([{ request, paths }, changes]) =>
        () =>
          changes.reduce<unknown>((changed, [at, key, make]) => {
            const path = paths[at % paths.length] ?? [];
            return replaced(changed, key === null ? path : [...path.slice(0, -1), key], make());
          }, request),
    );
const hostileJson = anyJsonText.map((text) => (): unknown => JSON.parse(text));

/** The code of a refusal, or undefined for a request that is taken. */
function refusal(request: unknown): string | undefined {
  try {
    parseRequest(request);
    return undefined;
  } catch (error) {
    return isVifError(error) ? error.code : `NOT CODED: ${String(error)}`;
  }
}

function codeOf(result: Settled<unknown> | undefined): string {
  if (!result || 'value' in result) return 'none';
  return isVifError(result.error) ? result.error.code : `NOT CODED: ${String(result.error)}`;
}

/** Refused requests are refused by the driver too, for the same reason, and nothing is asked of the host. */
async function expectRefused(requests: readonly unknown[], codes: readonly string[]): Promise<void> {
  const { host, touched } = untouchableHost();
  expect((await driverOn(host).plugAll(requests)).map(codeOf)).toEqual(codes);
  expect(touched()).toBe(0);
}

/** Requests that are taken may fail, but only with a code; and what they lead to is clean. */
async function expectClean(requests: readonly unknown[]): Promise<void> {
  const { host, given } = recordedHost();
  const driver = driverOn(host);
  const configs = await driver.configAll(requests);
  const some = requests.filter((_, i) => i % 2 === 0); // as many as leave time for the others
  const plugs = await driver.plugAll(some);
  const unplugs = await driver.unplugAll(some);
  for (const result of [...configs, ...plugs, ...unplugs]) {
    const code = codeOf(result);
    expect(code).toMatch(/^(none|[A-Z_]+)$/);
    if ('error' in result)
      expect(result.error.message).not.toMatch(/could not be read|Cannot read prop|is not a func/);
    expect(['PLUGIN_FAILED', 'INVALID_PLAN']).not.toContain(code);
    count(code === 'none' ? 'carried out' : `then ${code}`);
  }
  expect(textsOf(given).filter((text) => unfit.test(text))).toEqual([]);
  for (const result of configs) {
    if ('error' in result) continue;
    const lines = result.value.device.toXml().trimEnd().split('\n');
    expect(lines.filter((line) => !xmlLine.test(line) || unfit.test(line))).toEqual([]);
  }
}

async function expectHeld(makers: readonly Make[]): Promise<void> {
  const requests = makers.map((make) => make());
  const codes = requests.map(refusal);
  for (const code of codes) count(code ?? 'taken');
  expect(codes.filter((code) => code?.startsWith('NOT'))).toEqual([]);
  const refused = codes.filter((code) => code !== undefined);
  await expectRefused(
    requests.filter((_, i) => codes[i] !== undefined),
    refused,
  );
  await expectClean(requests.filter((_, i) => codes[i] === undefined));
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('admin' in {}).toBe(false);
}

async function expectAllHeld(makers: readonly Make[]): Promise<void> {
  for (let start = 0; start < makers.length; start += 100) await expectHeld(makers.slice(start, start + 100));
}

describe('the door', () => {
  afterAll(() => console.info('Hostile requests:', Object.fromEntries([...outcomes].sort())));

  it('holds against requests of hostile JSON', { timeout: 600_000 }, () =>
    expectAllHeld(fc.sample(mutated(hostileJson, 3), { numRuns: rounds(5_000, 20_000), seed: 5 })),
  );

  it('holds against requests with objects of hostile make', { timeout: 600_000 }, () =>
    expectAllHeld(
      fc.sample(mutated(fc.constantFrom(...hostileObjects), 1), { numRuns: rounds(1_000, 2_000), seed: 5 }),
    ),
  );

  it('holds against what is no request at all', () =>
    expectAllHeld([...hostileObjects, ...fc.sample(hostileJson, { numRuns: 500, seed: 5 })]));
});
