import type { Thing } from '@vifkit/engine';
import { untilFired } from '@vifkit/engine/time';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Source } from '../../src/inventory/source.js';
import { SourcesInventory } from '../../src/inventory/sources-inventory.js';

interface Question {
  answer(things: readonly Thing[]): void;
  fail(error: Error): void;
}

let stop: AbortController;
let watching: Promise<void>;
let inventory: SourcesInventory;
let asked: Question[];
let changed: () => void;

/** An inventory that is watched, of a source whose readings the test answers. */
beforeEach(() => {
  stop = new AbortController();
  asked = [];
  const source: Source = {
    read: () => new Promise((answer, fail) => asked.push({ answer, fail })),
    watch(listener, signal) {
      changed = listener;
      return untilFired(signal);
    },
  };
  inventory = new SourcesInventory([source]);
  watching = inventory.watch(() => {}, stop.signal);
});
afterEach(async () => {
  stop.abort();
  await watching;
});

const version = (value: number): Thing[] => {
  return [{ kind: 'link', name: 'tap1', vifIds: [], below: [], attributes: { value } }];
};

async function read(): Promise<{ readonly value: unknown; readonly failures: number }> {
  const { things, failures } = await inventory.read(stop.signal);
  return { value: things[0]?.attributes.value, failures: failures.length };
}

it('reads only what has changed', async () => {
  const first = read();
  asked[0]?.answer(version(1));
  expect(await first).toEqual({ value: 1, failures: 0 });
  expect(await read()).toEqual({ value: 1, failures: 0 });
  expect(asked.length).toBe(1);
});

it('reads again what could not be read, though it has not changed since', async () => {
  const first = read();
  asked[0]?.answer(version(1));
  await first;
  changed();
  const failing = read();
  asked[1]?.fail(new Error('EMFILE'));
  expect(await failing).toEqual({ value: 1, failures: 1 });
  const again = read();
  asked[2]?.answer(version(2));
  expect(await again).toEqual({ value: 2, failures: 0 });
  expect(await read()).toEqual({ value: 2, failures: 0 });
  expect(asked.length).toBe(3);
});

it('does not mistake a reading that is under way for one that is done', async () => {
  const [one, two] = [read(), read()];
  expect(asked.length).toBe(2);
  asked[0]?.answer(version(1));
  asked[1]?.answer(version(1));
  expect([await one, await two]).toEqual(Array(2).fill({ value: 1, failures: 0 }));
});

it('is not set back by a reading that began before a change, and ends late', async () => {
  const late = read();
  changed();
  const next = read();
  asked[1]?.answer(version(2));
  expect(await next).toEqual({ value: 2, failures: 0 });
  asked[0]?.answer(version(1));
  expect(await late).toEqual({ value: 2, failures: 0 });
  expect(await read()).toEqual({ value: 2, failures: 0 });
});
