import type { Connection, UnplugOptions } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { fakeDriver, settleAll, timeline } from '../support/fake-driver.js';
import { jsonLines, runVif } from '../support/run-vif.js';

const id = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';

describe('an unplug by ids', () => {
  it.each([
    [['--force'], { force: true }],
    [['--phase', 'deactivate'], { phase: 'deactivate' }],
    [['--timeout', '45'], { timeout: 45_000 }],
  ])('has its options: %j', async (args, expected) => {
    const asked: unknown[] = [];
    const unplugById = async (ids: readonly string[], options: UnplugOptions = {}) => {
      asked.push([...ids], options);
      return [];
    };
    await runVif(['unplug', id, ...args], { driver: fakeDriver({ unplugById }) });
    expect(asked).toMatchObject([[id], expected]);
  });
});

it.each([
  [[], `vif: INVALID_VIF: no good (request ${id})\n`],
  [['--log-level', 'info'], ''], // the driver logs it
])('an unplug by ids that fails is told once: %j', async (args, expected) => {
  const failing = settleAll(() => ({ changes: [], stepCount: 0, timeline }));
  const driver = fakeDriver({
    unplugById: (ids, { onResult } = {}) =>
      failing(
        Array.from(ids, (each) => ({ id: each, refuse: 'no good' })),
        { ...(onResult && { onResult }) },
      ),
  });
  const { status, stderr } = await runVif(['unplug', id, ...args], { driver });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expected });
});

describe('a check of what is plugged', () => {
  const connection: Connection = {
    state: 'waiting',
    legs: [{ leg: 'guestLink', name: 'tap1', state: 'waiting', why: 'no guest uses it' }],
  };
  const driver = fakeDriver({
    list: async () => ({
      vifs: [{ vifId: id, request: { id }, things: [] }],
      surroundings: [],
      failures: [],
    }),
    checkAll: settleAll(() => ({ differences: [], timeline, connection })),
  });

  it.each([[['--all']], [[id]]])('is strict on request: %j', async (args) => {
    expect(await runVif(['check', ...args], { driver })).toMatchObject({ status: 0 });
    expect(await runVif(['check', '--strict', ...args], { driver })).toMatchObject({ status: 1 });
  });
});

describe('options that would have no effect', () => {
  it.each([
    ['check', '--all', 'requests.json'],
    ['show', '--all', 'requests.json'],
    ['show', '-o', 'picture.svg', '-'],
    ['check', '-o', 'metrics', '-'],
    ['show', '--format', 'svg', '--quiet'],
    ['show', '--format', 'mermaid', '--summary'],
    ['check', '--all', '--format', 'prometheus', '--quiet'],
    ['check', '--all', '--instance', id],
    ['detach', 'guest', id, '--instance', id],
    ['unplug', id, '--instance', id],
  ])('are refused: vif %s %s %s', async (...args) => {
    const { status, stderr, opened } = await runVif(args, { stdin: jsonLines({ id: 'a' }) });
    expect({ status, opened }).toEqual({ status: 2, opened: [] });
    expect(stderr).toContain('INVALID_OPTIONS');
  });
});

it.each([['--wait'], ['--phase', 'prepare']])('plug --dry-run plans with %s, too', async (...args) => {
  const { status, stderr } = await runVif(['plug', '--dry-run', '-', ...args], {
    stdin: jsonLines({ id: 'a' }),
    driver: fakeDriver({
      planAll: async (requests, options) => {
        expect(Object.keys(options ?? {}).sort()).toEqual(['onResult', 'signal', 'timeout', 'undoTimeout']);
        return fakeDriver().planAll(requests, options);
      },
    }),
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
});

describe('vif metadata', () => {
  const request = { vif: { id, address: 'fa:16:3e:00:00:01', type: 'tap' }, instance: { uuid: id } };

  it.each([
    ['a request without a VIF', [{ foo: 1 }], 'INVALID_REQUEST'],
    ['one without an instance', [{ vif: request.vif }], 'INVALID_REQUEST'],
    ['the same VIF twice', [request, request], 'more than one request; keep only one of them'],
  ])('refuses what the hook would refuse: %s', async (_, requests, expected) => {
    const { status, stderr } = await runVif(['metadata', 'guest', '-'], { stdin: jsonLines(...requests) });
    expect(status).not.toBe(0);
    expect(stderr).toContain(expected);
  });
});

describe('an item that is not a request', () => {
  it.each([
    ['attach', 'guest', '-'],
    ['detach', 'guest', '-'],
    ['apply', '-'],
  ])('fails %s before anything is done', async (...args) => {
    const stdin = `{"vif": {"id": "${id}"}}\nnope\n`;
    const text = await runVif(args, { stdin });
    expect(text).toMatchObject({ status: 1, stdout: '' });
    expect(text.stderr).toMatch(/^vif: INVALID_REQUEST: Line 2 is not a JSON object/);
    const json = await runVif([...args, '--format', 'json'], { stdin });
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ id: null, error: { code: 'INVALID_REQUEST' } });
  });
});
