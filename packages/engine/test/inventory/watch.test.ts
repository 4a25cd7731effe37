import { VifError } from '@vifkit/core';
import { expect, it } from 'vitest';
import type { HostChange } from '../../src/inventory/changes.js';
import type { Inventory, VifRecord } from '../../src/run/inventory.js';
import { Deadline } from '../../src/time/deadline.js';
import { benchWith } from '../driver/support/bench.js';
import { Taps } from '../driver/support/plugins.js';
import { vifId } from '../driver/support/requests.js';

const request = {};
const record = (n: number): VifRecord => {
  return { vifId: vifId(n), since: '2026-01-02T03:04:05.000Z', path: 'legacy', plugin: 'taps', request };
};
const unreadable = () => new VifError('JOURNAL_FAILED', 'too many files are open');

/** What a watch reports of a host with these records and readings, until it has reported this change. */
async function watched(
  parts: { readonly records?: () => (VifRecord | VifError)[]; readonly inventory?: () => Inventory },
  during: (changed: { records(): void; inventory(): void }) => void,
  last: (change: HostChange) => boolean,
): Promise<HostChange[]> {
  const { host, driver } = benchWith([Taps]);
  const changed = { records: () => {}, inventory: () => {} };
  const until = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  Object.assign(host.records ?? {}, {
    list: async () => parts.records?.() ?? [],
    watch: (listener: () => void, signal: AbortSignal) => {
      changed.records = listener;
      return until(signal);
    },
  });
  let readings = 0;
  Object.assign(host.inventory ?? {}, {
    read: async () => {
      readings += 1;
      return parts.inventory?.() ?? { things: [], failures: [] };
    },
    watch: (listener: () => void, signal: AbortSignal) => {
      changed.inventory = listener;
      return until(signal);
    },
  });
  const deadline = new Deadline(20_000);
  const reported: HostChange[] = [];
  const watching = (async () => {
    for await (const change of driver.watch({ signal: deadline.signal })) {
      reported.push(change);
      if (last(change)) return;
    }
  })();
  await expect.poll(() => readings).toBeGreaterThan(0);
  during(changed);
  await watching;
  deadline.end();
  return reported;
}

it('ends with its driver, whose end its reader may wait for', async () => {
  const { driver } = benchWith([Taps]);
  const { signal } = new AbortController();
  const reported: HostChange[] = [];
  const watching = (async () => {
    for await (const change of driver.watch({ signal })) reported.push(change);
  })();
  await driver.close();
  await watching;
  for await (const change of driver.watch({ signal })) reported.push(change);
  expect(reported).toEqual([]);
});

it('reads again what could not be read, though nothing else changes', async () => {
  let [value, isFailing] = [1, false];
  const inventory = (): Inventory => {
    const failures = isFailing ? [new VifError('CHECK_FAILED', 'ip cannot be started')] : [];
    const seen = isFailing ? 1 : value;
    isFailing = false;
    return {
      things: [{ kind: 'link', name: 'tap1', vifIds: [vifId(1)], below: [], attributes: { value: seen } }],
      failures,
    };
  };
  const reported = await watched(
    { inventory },
    (changed) => {
      [value, isFailing] = [2, true];
      changed.inventory();
    },
    () => true,
  );
  expect(reported).toMatchObject([{ name: 'tap1', changes: [{ before: 1, after: 2 }] }]);
});

it('does not take a record that cannot be read for one that is gone', async () => {
  const answers: (VifRecord | VifError)[][] = [[record(1)], [unreadable()], [record(1), record(2)]];
  const reported = await watched(
    { records: () => (answers.length > 1 ? answers.shift() : answers[0]) ?? [] },
    (changed) => changed.records(),
    ({ name }) => name === vifId(2),
  );
  expect(reported).toMatchObject([{ kind: 'vif', name: vifId(2), changes: [{ after: true }] }]);
});

it('goes on if the records cannot be listed for a while', async () => {
  let listings = 0;
  const records = () => {
    listings += 1;
    if (listings === 2) throw unreadable();
    return listings === 1 ? [record(1)] : [];
  };
  const reported = await watched(
    { records },
    (changed) => changed.records(),
    () => true,
  );
  expect(reported).toMatchObject([
    { kind: 'vif', name: vifId(1), changes: [{ before: true, after: false }] },
  ]);
});
