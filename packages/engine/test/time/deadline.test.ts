import { execFileSync, spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  Deadline,
  pause,
  signalError,
  untilFired,
  whenFired,
  withDeadline,
  withinDeadline,
} from '../../src/time/deadline.js';

const forever = new Promise<never>(() => {});
const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('a deadline', () => {
  it('passes after its time', async () => {
    const { signal } = new Deadline(5.5);
    await expect(withinDeadline(forever, signal, 'waiting')).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'The deadline passed while waiting',
    });
  });

  it.each([2 ** 40, Number.POSITIVE_INFINITY])(
    'of more than a timer takes does not pass at once: %s',
    async (time) => {
      const deadline = new Deadline(time);
      await sleep(10);
      expect(deadline.signal.aborted).toBe(false);
      deadline.end();
    },
  );

  it.each([40, Number.POSITIVE_INFINITY])('of %d days passes no sooner', (days) => {
    vi.useFakeTimers();
    const day = 24 * 60 * 60 * 1000;
    const { signal } = new Deadline(days * day);
    vi.advanceTimersByTime(39 * day);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(2 * day);
    expect(signal.aborted).toBe(days === 40);
    vi.clearAllTimers();
    vi.useRealTimers();
  });

  it('does not pass before an answer that was there in time, however late this process reads it', async () => {
    const child = spawn('sh', ['-c', 'echo ready; read line; echo answer']);
    await once(child.stdout, 'data');
    const { signal } = new Deadline(100);
    child.stdin.end('question\n');
    const answer = withinDeadline(once(child.stdout, 'data'), signal, 'waiting');
    await turn(); // timers come next in the event loop, and only then input
    execFileSync('sleep', ['0.3']);
    expect(String(await answer)).toBe('answer\n');
  });

  it('is cut short by the caller, with the reason of the caller', () => {
    const caller = new AbortController();
    const { signal } = new Deadline(60_000, caller.signal);
    caller.abort(new Error('enough'));
    expect(signalError(signal, 'plugging')).toMatchObject({
      code: 'ABORTED',
      message: 'Aborted by the caller while plugging',
      cause: { message: 'enough' },
    });
  });

  it('has passed from the start for a caller who has aborted, and starts no timer', async () => {
    const before = timers();
    expect(new Deadline(60_000, AbortSignal.abort()).signal.aborted).toBe(true);
    await expect.poll(timers).toBeLessThanOrEqual(before); // the test runner has timers of its own
  });

  it('keeps Node.js running until it passes or ends, and leaves nothing on the signal of the caller', async () => {
    const before = timers();
    const caller = new AbortController();
    const ended = new Deadline(60_000, caller.signal);
    const aborted = new Deadline(60_000, caller.signal);
    expect(timers()).toBe(before + 2);
    ended.end();
    caller.abort();
    expect(ended.signal.aborted).toBe(false);
    expect(aborted.signal.aborted).toBe(true);
    await expect.poll(timers).toBeLessThanOrEqual(before); // the test runner has timers of its own
    expect(listenersOf(caller.signal)).toBe(0);
  });

  it('ends with the work that it bounds, whether that succeeds or fails', async () => {
    const before = timers();
    const caller = new AbortController();
    await expect(withDeadline(60_000, caller.signal, () => 7)).resolves.toBe(7);
    const broken = withDeadline(60_000, caller.signal, () => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
    await expect.poll(timers).toBeLessThanOrEqual(before); // the test runner has timers of its own
    expect(listenersOf(caller.signal)).toBe(0);
  });
});

describe('waiting within a deadline', async () => {
  it('ends with the promise', async () => {
    const { signal } = new AbortController();
    await expect(withinDeadline(Promise.resolve(7), signal, 'waiting')).resolves.toBe(7);
    const error = new Error('broken');
    await expect(withinDeadline(Promise.reject(error), signal, 'waiting')).rejects.toBe(error);
  });

  it('gives the promise some grace after the signal', async () => {
    const late = sleep(10, 'late');
    await expect(withinDeadline(late, AbortSignal.abort(), 'waiting', 60_000)).resolves.toBe('late');
  });

  it('may be many at once: each of them ends for itself, and all of them with the signal', async () => {
    const { signal, abort } = controller();
    const waiting = Array.from({ length: 1000 }, () => withinDeadline(forever, signal, 'waiting'));
    expect(listenersOf(signal)).toBe(1);
    await expect(withinDeadline(Promise.resolve(7), signal, 'waiting')).resolves.toBe(7);
    abort();
    const ends = await Promise.allSettled(waiting);
    const aborted = ends.filter((end) => end.status === 'rejected' && end.reason.code === 'ABORTED');
    expect(aborted).toHaveLength(1000);
  });

  it('leaves nothing on the signal, which may be asked again', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 2; i += 1) {
      await withinDeadline(Promise.resolve(), signal, 'waiting');
      expect(listenersOf(signal)).toBe(0);
    }
  });
});

describe('a pause', () => {
  it('ends after its time, or with the signal, and leaves nothing behind', async () => {
    const before = timers();
    const { signal, abort } = controller();
    await pause(1, signal);
    expect(signal.aborted).toBe(false);
    const cut = pause(60_000, signal);
    abort();
    await cut;
    await pause(60_000, signal);
    await expect.poll(timers).toBeLessThanOrEqual(before); // the test runner has timers of its own
    expect(listenersOf(signal)).toBe(0);
  });
});

describe('signals', async () => {
  it('are waited for together, and left alone afterwards', async () => {
    const [one, other] = [controller(), controller()];
    const either = untilFired(one.signal, other.signal);
    other.abort();
    await either;
    expect([one, other].map(({ signal }) => listenersOf(signal))).toEqual([0, 0]);
    await untilFired(one.signal, other.signal); // it has fired before
  });

  it('call each who waits once, and none who has left', () => {
    const { signal, abort } = controller();
    const called: string[] = [];
    const act = () => void called.push('same');
    whenFired(signal, act);
    whenFired(signal, act)();
    const leave = whenFired(signal, () => called.push('left'));
    leave();
    leave();
    abort();
    whenFired(signal, () => called.push('late'));
    expect(called).toEqual(['same', 'late']);
  });
});

function controller() {
  const own = new AbortController();
  return { signal: own.signal, abort: () => own.abort() };
}
