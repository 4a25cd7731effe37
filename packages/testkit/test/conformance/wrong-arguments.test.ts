import { isVifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { badgeOf, conformance, runConformance } from '../../src/conformance/index.js';
import { memoryHost } from '../../src/index.js';

const request = {
  id: 'a tap',
  vif: {
    id: '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f07',
    type: 'tap',
    address: 'fa:16:3e:10:00:07',
    devname: 'tap7',
  },
  instance: { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' },
};
const empty = { name: 'vif-empty', provides: [] };
const good = { plugins: empty, requests: [request] };

async function run(given: never): Promise<void> {
  for await (const _ of runConformance(given)) break;
}

/** Calls as only JavaScript permits them. */
const calls: Readonly<Record<string, readonly [call: (given: never) => unknown, ...unknown[]]>> = {
  'runConformance(…)': [
    run,
    undefined,
    null,
    5,
    {},
    { plugins: empty },
    { ...good, requests: [] },
    { ...good, requests: [null] },
    { ...good, requests: [{ ...request, leaves: 'br-int' }] },
    { ...good, requests: [{ ...request, twin: 5 }] },
    { ...good, plugins: null },
    { ...good, requets: [] },
    { ...good, host: { linsk: [] } },
    { ...good, vendor: 5 },
    [null],
  ],
  'conformance(…)': [conformance, undefined, { ...good, runner: {} }],
  'badgeOf(…)': [(given) => badgeOf(given, 1), undefined, {}],
  'memoryHost(…)': [
    memoryHost,
    null,
    5,
    { linsk: [] },
    { links: [{ nam: 'eth0' }] },
    { ovsBridges: 'br-int' },
    { commands: { 'mm-ctl': 'broken' } },
    { tapOwner: -1 },
  ],
  'host.failAt(…)': [(given) => memoryHost().failAt(given), undefined, 'x', 0],
  'host.hangAt(…)': [(given) => memoryHost().hangAt(given), undefined, -1],
};

describe.each(Object.entries(calls))('%s', (_, [call, ...values]) => {
  it.each(values.map((value) => [value]))('is refused with a code, not a TypeError: %o', async (value) => {
    const thrown = await (async () => call(value as never))().catch((error: unknown) => error);
    expect(isVifError(thrown) ? thrown.code : thrown).toBe('INVALID_OPTIONS');
  });
});

it('says of what is not a package that it is none', async () => {
  const thrown = await run({ ...good, plugins: {} } as never).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'PLUGIN_INVALID' });
});
