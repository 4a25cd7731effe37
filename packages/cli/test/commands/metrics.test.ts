import { type ErrorCode, VifError } from '@vifkit/core';
import type { CheckResult, Settled } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { renderMetrics } from '../../src/commands/metrics.js';
import { stateOf } from '../../src/commands/results.js';
import { fakeDriver } from '../support/fake-driver.js';
import { runVif } from '../support/run-vif.js';

type Checked = Settled<
  CheckResult & { readonly connection?: { readonly state: 'sound' | 'waiting' | 'broken' } }
>;

function checked(kinds: readonly ('link' | 'ovsPort')[], state?: 'sound' | 'waiting' | 'broken'): Checked {
  const differences = kinds.map((kind) => ({ kind, name: 'any', differences: [] }));
  const handled = { id: '1', vifId: '1', path: 'legacy', plugin: 'tap', reason: '', timeline: [] } as const;
  const connection = state && { connection: { state, legs: [] } };
  return { ok: true, value: { ...handled, differences, ...connection } as CheckResult };
}

const failed = (code: ErrorCode): Checked => ({ ok: false, id: '1', error: new VifError(code, 'It failed') });

it.each([
  ['sound', checked([])],
  ['sound', checked([], 'sound')],
  ['waiting', checked([], 'waiting')],
  ['broken', checked([], 'broken')],
  ['differs', checked(['link'], 'broken')],
  ['unknown', failed('VIF_NOT_RECORDED')],
  ['failed', failed('TIMEOUT')],
])('a VIF is reported to be %s', (state, result) => {
  expect(stateOf(result)).toBe(state);
});

it('metrics count states and differences, and are what Prometheus reads', () => {
  const results = [checked([]), checked(['link', 'ovsPort']), checked(['link']), failed('TIMEOUT')];
  const text = renderMetrics(results, new Map([['1', 0.5]]), 1.23456, new Date('2026-01-02T03:04:05Z'));
  expect(text).toContain('vifkit_vifs{state="sound"} 1\n');
  expect(text).toContain('vifkit_vifs{state="differs"} 2\n');
  expect(text).toContain('vifkit_vifs{state="failed"} 1\n');
  expect(text).toContain('vifkit_differences{kind="link"} 2\nvifkit_differences{kind="ovsPort"} 1\n');
  expect(text).toContain('vifkit_ovn_install_seconds{vif="1"} 0.500\n');
  expect(text).toContain('vifkit_check_seconds 1.235\n');
  expect(text).toContain('vifkit_check_timestamp_seconds 1767323045\n');
  const line = /^(# (HELP \w+ .+|TYPE \w+ gauge)|\w+(\{\w+="\w+"\})? [\d.]+)$/;
  expect(
    text
      .trimEnd()
      .split('\n')
      .filter((each) => !line.test(each)),
  ).toEqual([]);
});

describe('check --format prometheus', () => {
  const found = {
    sound: checked([], 'sound'),
    waiting: checked([], 'waiting'),
    broken: checked([], 'broken'),
    different: checked(['link']),
    failed: failed('TIMEOUT'),
  };
  const stdin = JSON.stringify({ vif: {} });

  function run(answer: Checked, ...args: readonly string[]) {
    const checkAll: ReturnType<typeof fakeDriver>['checkAll'] = async (_, options) => {
      options?.onResult?.(answer, 0);
      return [answer];
    };
    const vifs = [{ vifId: '1', things: [], ovnInstallSeconds: 0.25 }];
    const list = async () => ({ vifs, surroundings: [], failures: [] });
    return runVif(['check', ...args], { stdin, driver: fakeDriver({ checkAll, list }) });
  }

  it.each(
    (['sound', 'waiting', 'broken', 'different', 'failed'] as const).flatMap((state) =>
      [[], ['--detailed-exitcode'], ['--strict']].map((args) => [state, args] as const),
    ),
  )('ends for what is %s as check does, with %j', async (state, args) => {
    const [metrics, plain] = await Promise.all([
      run(found[state], '--format', 'prometheus', ...args),
      run(found[state], '--format', 'json', ...args),
    ]);
    const isDifferent = state === 'different' || state === 'broken';
    const difference = args.includes('--detailed-exitcode') ? 3 : 1;
    const isWaited = state === 'waiting' && args.includes('--strict');
    const status = state === 'failed' || isWaited ? 1 : isDifferent ? difference : 0;
    expect({ metrics: metrics.status, plain: plain.status }).toEqual({ metrics: status, plain: status });
    expect(metrics.stdout).toContain(`{state="${state === 'different' ? 'differs' : state}"} 1\n`);
    expect(metrics.stdout).toMatch(/^# HELP vifkit_vifs /);
  });

  it("reports OVN's time of the VIFs that were checked", async () => {
    const { stdout } = await run(found.sound, '--format', 'prometheus');
    expect(stdout).toContain('\nvifkit_ovn_install_seconds{vif="1"} 0.250\n');
  });

  it('logs a line a VIF, with what was found and its time', async () => {
    const { stderr } = await run(found.different, '--format', 'prometheus', '--log-level', 'warn');
    expect(JSON.parse(stderr)).toMatchObject({
      ...{ level: 'warn', priority: 4, request: '1', vif: '1', msg: 'check' },
      ...{ state: 'differs', differences: 1, milliseconds: 0 },
    });
  });
});
