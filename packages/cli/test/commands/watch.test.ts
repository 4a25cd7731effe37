import type { HostChange } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { fakeDriver } from '../support/fake-driver.js';
import { runVif } from '../support/run-vif.js';

const ids = [1, 2, 3, 4, 5].map((n) => `0000000${n}-704c-4c9f-8e1d-306f8ba25d02`);
const at = new Date('2026-01-02T03:04:05.678Z');
const changes: readonly HostChange[] = [
  {
    at,
    kind: 'link',
    name: 'qbr1',
    vifIds: ids.slice(0, 1),
    changes: [
      { attribute: 'up', before: true, after: false },
      { attribute: 'bridge.ageing', before: 0, after: undefined },
    ],
  },
  {
    at,
    kind: 'ovsBridge',
    name: 'br-int',
    vifIds: ids,
    changes: [{ attribute: 'exists', before: true, after: false }],
  },
];

const driver = fakeDriver({
  watch: async function* () {
    yield* changes;
  },
});

describe('vif watch', () => {
  it('prints a line a change, with the first of the VIFs that it concerns', async () => {
    const { status, stdout } = await runVif(['watch'], { driver });
    expect({ status, lines: stdout.split('\n') }).toEqual({
      status: 0,
      lines: [
        `2026-01-02T03:04:05.678Z  link qbr1  up yes → no, bridge.ageing 0 → none  VIF ${ids[0]}`,
        `2026-01-02T03:04:05.678Z  ovsBridge br-int  is gone  VIF ${ids.slice(0, 3).join(', ')} and 2 more`,
        '',
      ],
    });
  });

  it('prints JSON with all of it', async () => {
    const { stdout } = await runVif(['watch', '--format', 'json'], { driver });
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        at: '2026-01-02T03:04:05.678Z',
        kind: 'link',
        name: 'qbr1',
        vifs: [ids[0]],
        changes: [
          { attribute: 'up', before: true, after: false },
          { attribute: 'bridge.ageing', before: 0, after: null },
        ],
      },
      {
        at: '2026-01-02T03:04:05.678Z',
        kind: 'ovsBridge',
        name: 'br-int',
        vifs: ids,
        changes: [{ attribute: 'exists', before: true, after: false }],
      },
    ]);
  });
});
