import { type ErrorCode, VifError } from '@vifkit/core';
import type { CheckResult, Settled } from '@vifkit/engine';
import { expect, it } from 'vitest';
import { renderMetrics } from '../../src/commands/metrics.js';
import { stateOf } from '../../src/commands/plugged.js';

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
])('a VIF is told to be %s', (state, result) => {
  expect(stateOf(result)).toBe(state);
});

it('metrics count states and differences, and are what Prometheus reads', () => {
  const results = [checked([]), checked(['link', 'ovsPort']), checked(['link']), failed('TIMEOUT')];
  const text = renderMetrics(results, 1.23456, new Date('2026-01-02T03:04:05Z'));
  expect(text).toContain('vifkit_vifs{state="sound"} 1\n');
  expect(text).toContain('vifkit_vifs{state="differs"} 2\n');
  expect(text).toContain('vifkit_vifs{state="failed"} 1\n');
  expect(text).toContain('vifkit_differences{kind="link"} 2\nvifkit_differences{kind="ovsPort"} 1\n');
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
