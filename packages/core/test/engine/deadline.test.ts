import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { signalError, startDeadline, withinDeadline } from '../../src/engine/deadline.js';

const fired = (signal: AbortSignal) => withinDeadline(new Promise(() => {}), signal, 'waiting');

describe('a deadline', () => {
  it('passes after the time that is given', async () => {
    const signal = startDeadline({ timeout: 5.5 });
    await expect(fired(signal)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('waiting'),
    });
  });

  it('passes earlier for a share of the time', async () => {
    const signal = startDeadline({ timeout: 120_000 }, 0.0001);
    await expect(fired(signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([undefined, 2 ** 40, Number.POSITIVE_INFINITY])('does not pass at once: %s', async (timeout) => {
    const signal = startDeadline({ timeout });
    await sleep(10);
    expect(signal.aborted).toBe(false);
  });

  it('is cut short by the caller', () => {
    const controller = new AbortController();
    const signal = startDeadline({ signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(signalError(signal, 'plugging')).toMatchObject({
      code: 'ABORTED',
      message: 'Aborted by the caller while plugging',
      cause: { message: 'enough' },
    });
  });
});

describe('waiting within a deadline', () => {
  it('ends with the promise', async () => {
    await expect(withinDeadline(Promise.resolve(7), startDeadline(), 'waiting')).resolves.toBe(7);
    const error = new Error('broken');
    await expect(withinDeadline(Promise.reject(error), startDeadline(), 'waiting')).rejects.toBe(error);
  });

  it('gives the promise some grace after the signal', async () => {
    const late = sleep(10, 'late');
    await expect(withinDeadline(late, AbortSignal.abort(), 'waiting', 60_000)).resolves.toBe('late');
  });

  it('keeps Node running, though nothing else may', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = timers();
    const controller = new AbortController();
    const waiting = withinDeadline(new Promise(() => {}), controller.signal, 'waiting');
    expect(timers()).toBe(before + 1);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
    expect(timers()).toBe(before);
  });

  it('may be many at once: each of them ends for itself, and all of them with the signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = Array.from({ length: 1000 }, () =>
      withinDeadline(new Promise(() => {}), signal, 'waiting'),
    );
    await expect(withinDeadline(Promise.resolve(7), signal, 'waiting')).resolves.toBe(7);
    controller.abort();
    const ends = await Promise.allSettled(waiting);
    expect(ends.filter((end) => end.status === 'rejected' && end.reason.code === 'ABORTED')).toHaveLength(
      1000,
    );
  });

  it('leaves nothing on the signal, which may be asked again', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 2; i += 1) {
      await withinDeadline(Promise.resolve(), signal, 'waiting');
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });
});
