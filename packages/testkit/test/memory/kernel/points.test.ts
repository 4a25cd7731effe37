import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { Points } from '../../../src/memory/kernel/points.js';

const soon = () => new Deadline(10_000).signal;
const error = new VifError('LINK_COMMAND_FAILED', 'no');
const reach = (points: Points, what: string, signal = soon()) =>
  points.reach({ part: 'links', what }, signal);

it('fails the n-th point from then on, and no other', async () => {
  const points = new Points();
  await reach(points, 'before');
  points.failAt(2, error);
  expect([await reach(points, 'a'), await reach(points, 'b'), await reach(points, 'c')]).toEqual([
    undefined,
    error,
    undefined,
  ]);
  expect(points.log.map(({ what }) => what)).toEqual(['before', 'a', 'b', 'c']);
});

it('fails every point that fits, until it is cleared', async () => {
  const points = new Points();
  points.failAt(({ what }) => what.startsWith('bad'), error);
  expect([await reach(points, 'bad 1'), await reach(points, 'good'), await reach(points, 'bad 2')]).toEqual([
    error,
    undefined,
    error,
  ]);
  points.clear();
  expect(await reach(points, 'bad 3')).toBeUndefined();
});

it('hangs until the signal fires, and reports when it hangs', async () => {
  const points = new Points();
  const controller = new AbortController();
  points.hangAt(1, () => controller.abort());
  await expect(reach(points, 'a', controller.signal)).rejects.toMatchObject({ code: 'ABORTED' });
});

it('is not reached once the signal has fired', async () => {
  const points = new Points();
  await expect(reach(points, 'a', AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
  expect(points.log).toEqual([]);
});
