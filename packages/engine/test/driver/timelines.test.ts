import { describe, expect, it } from 'vitest';
import type { PlugError } from '../../src/run/errors.js';
import type { Timeline } from '../../src/run/timeline.js';
import { benchWith } from './support/bench.js';
import { pluginOf, Taps } from './support/plugins.js';
import { objectRequest } from './support/requests.js';

const phases = (timeline: Timeline) =>
  timeline.filter(({ phase }) => phase !== 'wait').map(({ phase }) => phase);

/** What no span tells of between the first and the end of each. */
function gaps(timeline: Timeline): number[] {
  let end = 0;
  return timeline.map(({ start, milliseconds }) => {
    const gap = start - end;
    end = Math.max(end, start + milliseconds);
    return gap;
  });
}

describe('the timeline', () => {
  it('is reported by plan, plug, check and unplug', async () => {
    const { driver } = benchWith([Taps]);
    const request = objectRequest(1);
    expect(phases((await driver.plan(request)).timeline)).toEqual(['prepare', 'inspect']);
    expect(phases((await driver.plug(request)).timeline)).toEqual(['prepare', 'lock', 'inspect', 'apply']);
    expect(phases((await driver.plug(request)).timeline)).toEqual(['prepare', 'lock', 'inspect']);
    expect(phases((await driver.check(request)).timeline)).toEqual(['prepare', 'inspect']);
    expect(phases((await driver.unplug(request)).timeline)).toEqual(['prepare', 'lock', 'inspect', 'apply']);
  });

  it('is reported by a plug that fails, with its undoing', async () => {
    const { driver, host } = benchWith([Taps]);
    host.failAt(({ what }) => what === 'set tap1');
    const error: PlugError = await driver.plug(objectRequest(1)).then(
      () => Promise.reject(new Error('It should fail')),
      (reason: PlugError) => reason,
    );
    expect(phases(error.timeline)).toEqual(['prepare', 'lock', 'inspect', 'apply', 'undo']);
  });

  it('is reported by an unplug that fails', async () => {
    const { driver, host } = benchWith([Taps]);
    await driver.plug(objectRequest(1));
    host.failAt(({ what }) => what.includes('tap1'));
    await expect(driver.unplug(objectRequest(1))).rejects.toMatchObject({
      code: 'UNPLUG_FAILED',
      timeline: expect.arrayContaining([expect.objectContaining({ phase: 'apply', what: 'linkAbsent' })]),
    });
  });

  it('says how many steps shared a batch, and has its whole time', async () => {
    const { driver } = benchWith([Taps]);
    const results = await driver.plugAll(Array.from({ length: 50 }, (_, n) => objectRequest(n)));
    const applied = results.flatMap((result) =>
      'value' in result ? result.value.timeline.filter(({ phase }) => phase === 'apply') : [],
    );
    expect(applied).toHaveLength(50);
    expect(new Set(applied.map((span) => JSON.stringify(span))).size).toBe(1);
    expect(applied[0]).toMatchObject({ what: 'link', batch: 50 });
  });

  it('leaves out no time worth telling, and has what was spent waiting for others', async () => {
    const slow = pluginOf('slow', () => new Promise((resolve) => setTimeout(() => resolve([]), 20)));
    const { driver } = benchWith([Taps, slow]);
    const results = await driver.plugAll([
      objectRequest(1),
      objectRequest(2, 'slow'),
      objectRequest(3),
      objectRequest(1),
    ]);
    for (const result of results) {
      if ('error' in result) throw result.error;
      const { timeline } = result.value;
      expect(timeline.map(({ start }) => start)).toEqual(
        timeline.map(({ start }) => start).toSorted((a, b) => a - b),
      );
      expect(Math.max(...gaps(timeline))).toBeLessThan(1.05); // what is not told, and rounding
    }
    const [first] = results;
    // Its own plan was there at once.
    expect(first && 'value' in first && first.value.timeline.map(({ phase }) => phase)).toContain('wait');
  });
});
