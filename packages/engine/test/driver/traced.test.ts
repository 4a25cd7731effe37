import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { CallTrace } from '@vifkit/engine';
import { expect, it } from 'vitest';
import { benchWith } from './support/bench.js';
import { Taps } from './support/plugins.js';
import { objectRequest } from './support/requests.js';

it('publishes its calls for tracers', async () => {
  const { driver } = benchWith([Taps]);
  const told: string[] = [];
  const results: unknown[] = [];
  const on = (event: string) => (message: unknown) => {
    const { operation, result } = message as CallTrace;
    told.push(`${operation} ${event}`);
    if (event === 'asyncEnd') results.push(result);
  };
  const listeners = ['start', 'asyncEnd', 'error'].map(
    (event) => [`tracing:vifkit:call:${event}`, on(event)] as const,
  );
  for (const [name, listener] of listeners) subscribe(name, listener);
  try {
    await driver.plug(objectRequest(1));
    await driver.check(objectRequest(1));
    await driver.config(objectRequest(1));
    await driver.waitReady(objectRequest(1));
    await driver.unplugAll(7 as unknown as []).catch(() => {});
  } finally {
    for (const [name, listener] of listeners) unsubscribe(name, listener);
  }
  expect(told).toEqual([
    ...['plug', 'check', 'config', 'waitReady'].flatMap((name) => [`${name} start`, `${name} asyncEnd`]),
    ...['unplug start', 'unplug error', 'unplug asyncEnd'],
  ]);
  expect(results[0]).toMatchObject([{ ok: true, value: { timeline: expect.any(Array) } }]);
});
