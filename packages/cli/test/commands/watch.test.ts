import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { HostChange, WatchOptions } from '@vifkit/engine';
import { describe, expect, it, vi } from 'vitest';
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

  /** A driver on whose host nothing changes, and the signals that end its watches. */
  function quietDriver() {
    const given: AbortSignal[] = [];
    const watch = async function* ({ signal }: WatchOptions) {
      given.push(signal);
      if (!signal.aborted) await once(signal, 'abort');
      yield* [];
    };
    return { driver: fakeDriver({ watch }), given };
  }

  it('ends at its --timeout, with status 0', async () => {
    const { driver, given } = quietDriver();
    expect(await runVif(['watch', '--timeout', '0.01'], { driver })).toMatchObject({ status: 0, stderr: '' });
    expect(given.map(({ reason }) => Object(reason).name)).toEqual(['TimeoutError']);
  });

  it('has no end by a timeout that is set for all commands', async () => {
    const { driver, given } = quietDriver();
    const signals = new EventEmitter();
    vi.stubEnv('VIF_TIMEOUT', '0.01');
    const run = runVif(['watch'], { driver, signals });
    vi.unstubAllEnvs();
    await vi.waitFor(() => expect(given).toHaveLength(1));
    await setTimeout(50);
    signals.emit('SIGTERM', 'SIGTERM');
    expect(await run).toMatchObject({ status: 0 });
    expect(given.map(({ reason }) => Object(reason).message)).toEqual(['Received SIGTERM']);
  });
});
