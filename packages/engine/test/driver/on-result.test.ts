import { silentLogger } from '@vifkit/core';
import type { CustomStep } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import type { BatchOptions } from '../../src/driver/call-options.js';
import type { Settled } from '../../src/driver/results.js';
import { Signal } from '../run/support/signal.js';
import { benchWith } from './support/bench.js';
import { pluginOf, Taps } from './support/plugins.js';
import { objectRequest, vifId } from './support/requests.js';

const methods = ['configAll', 'planAll', 'plugAll', 'checkAll', 'unplugAll'] as const;
const requests = [
  objectRequest(1),
  'nothing',
  objectRequest(2),
  objectRequest(1),
  objectRequest(3, 'absent'),
];

/** A plugin whose one step goes on until it is let go. */
function slowPlugin() {
  const letGo = new Signal();
  const step: CustomStep = {
    kind: 'custom',
    name: 'register',
    isDone: async () => false,
    apply: () => letGo.fired,
    undo: async () => {},
  };
  return { letGo, plugin: pluginOf('slow', () => [step]) };
}

describe('onResult', () => {
  it.each(methods)('of %s is called once for each request, with what is answered', async (method) => {
    const { driver } = benchWith([Taps]);
    const told: (readonly [number, Settled<unknown>])[] = [];
    const onResult = (result: Settled<unknown>, index: number) => void told.push([index, result]);
    const results: readonly Settled<unknown>[] = await driver[method]<unknown>(requests, { onResult });
    expect(told.toSorted(([a], [b]) => a - b).map(([, result]) => result)).toEqual(results);
    expect(told).toHaveLength(requests.length);
  });

  it.each(['plugAll', 'unplugAll'] as const)(
    'of %s is called for the others while a step hangs',
    async (method) => {
      const { letGo, plugin } = slowPlugin();
      const { driver } = benchWith([Taps, plugin]);
      const fast = new Signal();
      const told: number[] = [];
      const calling = driver[method]<unknown>(
        [objectRequest(1, 'slow'), objectRequest(2), null, objectRequest(3)],
        {
          onResult: (_, index) => {
            told.push(index);
            if (told.length === 3) fast.fire();
          },
        },
      );
      await fast.fired;
      expect(told.toSorted()).toEqual([1, 2, 3]);
      letGo.fire();
      expect((await calling).map((result) => 'value' in result)).toEqual([true, true, false, true]);
      expect(told.at(-1)).toBe(0);
    },
  );

  it.each([
    [
      'throws',
      () => {
        throw new Error('the caller is broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the caller is broken'))],
  ])('that %s is logged, and changes nothing', async (_, onResult) => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
    const { driver } = benchWith([Taps], { logger });
    for (const method of methods) {
      warnings.length = 0;
      const options: BatchOptions<unknown> = { onResult };
      const results: readonly Settled<unknown>[] = await driver[method](
        [objectRequest(1), objectRequest(2)],
        options,
      );
      expect(results.every((result) => 'value' in result)).toBe(true);
      expect(warnings).toEqual(Array(2).fill('onResult failed: the caller is broken'));
    }
  });
});

it('is there for what fails, and the VIF is free again', async () => {
  const { driver, host } = benchWith([Taps]);
  host.failAt(({ what }) => what === 'add tap1');
  const again: unknown[] = [];
  await driver.plugAll([objectRequest(1), objectRequest(2)], {
    onResult: (result) => {
      if ('error' in result) again.push(driver.unplug(objectRequest(1)));
    },
  });
  expect(await Promise.all(again)).toMatchObject([{ id: vifId(1), changes: [] }]);
});
