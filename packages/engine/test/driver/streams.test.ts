import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { benchWith } from './support/bench.js';
import { Taps } from './support/plugins.js';
import { objectRequest, vifId } from './support/requests.js';

const methods = ['configAll', 'planAll', 'plugAll', 'checkAll', 'unplugAll'] as const;

const idsOf = (results: readonly ({ ok: true; value: { id: string } } | { ok: false; error: VifError })[]) =>
  results.map((result) => (result.ok ? result.value.id : result.error.code));

/** Requests that come one after the other, with a moment between them, and how many were asked for. */
function slowly(count: number, milliseconds = 1) {
  const source = { asked: 0, left: false };
  async function* requests() {
    try {
      for (let i = 1; i <= count; i += 1) {
        source.asked = i;
        await sleep(milliseconds);
        yield objectRequest(i);
      }
    } finally {
      source.left = true;
    }
  }
  return { source, requests: requests() };
}

describe('requests that are yielded', () => {
  it.each(methods)('are answered in their order by %s, whatever yields them', async (method) => {
    const { driver } = benchWith([Taps]);
    const list = [objectRequest(1), objectRequest(2), objectRequest(3)];
    const ids = [1, 2, 3].map(vifId);
    const sources = [new Set(list), list.values(), Readable.from(list), slowly(3).requests];
    for (const source of sources) expect(idsOf(await driver[method](source))).toEqual(ids);
    expect(await driver[method](new Set())).toEqual([]);
  });

  it('are reported by their places', async () => {
    const { driver } = benchWith([Taps]);
    const told: [number, string][] = [];
    await driver.plugAll(slowly(5).requests, {
      onResult: (result, index) => told.push([index, result.ok ? result.value.vifId : '']),
    });
    expect(told).toEqual([1, 2, 3, 4, 5].map((i) => [i - 1, vifId(i)]));
  });

  it('are done together as far as they are there', async () => {
    const { driver, host } = benchWith([Taps]);
    const many = Array.from({ length: 1_200 }, (_, i) => objectRequest(i + 1));
    const results = await driver.plugAll(many.values());
    expect(results.filter(({ ok }) => ok)).toHaveLength(1_200);
    expect(Object.keys(host.snapshot().links)).toHaveLength(1_200);
    const timelines = results.flatMap((result) => (result.ok ? result.value.timeline : []));
    expect(Math.max(...timelines.map(({ batch = 0 }) => batch))).toBe(500);
  });

  it('are read no further ahead than by one while others are done', async () => {
    const { driver, host } = benchWith([Taps]);
    const { source, requests } = slowly(10, 0);
    const controller = new AbortController();
    host.hangAt(1, () => {});
    const plugging = driver.plugAll(requests, { signal: controller.signal });
    await sleep(100);
    const asked = source.asked;
    controller.abort();
    const results = await plugging;
    expect(asked).toBe(2);
    expect(source.asked).toBe(2);
    expect(idsOf(results)).toEqual(['PLUG_FAILED', 'ABORTED']);
    expect(results[1]).toMatchObject({ ok: false, id: null });
  });

  it('that cannot be read have a failure behind those that could', async () => {
    const { driver } = benchWith([Taps]);
    async function* broken() {
      yield objectRequest(1);
      throw new RangeError('the queue is gone');
    }
    const results = await driver.plugAll(broken());
    expect(idsOf(results)).toEqual([vifId(1), 'INVALID_REQUEST']);
    expect(results[1]).toMatchObject({ error: { message: expect.stringContaining('the queue is gone') } });
  });

  it('that do not end in time are not waited for', async () => {
    const { driver } = benchWith([Taps]);
    const { source, requests } = slowly(10, 500);
    const results = await driver.plugAll(requests, { timeout: 1_250 });
    expect(idsOf(results)).toEqual([vifId(1), vifId(2), 'TIMEOUT']);
    await sleep(700);
    expect(source).toMatchObject({ asked: 3, left: true });
  });
});
