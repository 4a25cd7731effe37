import { VifError } from '@vifkit/core';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/run/engine.js';
import type { HostLocks } from '../../src/run/host.js';
import { Deadline } from '../../src/time/deadline.js';
import { FakeLocks, fakeHost, link, port } from './support/fake-host.js';
import { FakeRunner, failing, refusal } from './support/fake-runner.js';
import { Signal } from './support/signal.js';

const soon = () => new Deadline(20_000).signal;

describe('engine', () => {
  it('gives a second job for the same VIF a round of its own, which sees what the first did', async () => {
    const links = new FakeRunner(['link']);
    const results = await new Engine(fakeHost([links])).plug(
      [
        { vifId: 'a', plan: [link('x')] },
        { vifId: 'b', plan: [link('y')] },
        { vifId: 'a', plan: [link('x'), link('z')] },
      ],
      { signal: soon() },
    );
    expect(links.applied).toEqual([['x', 'y'], ['z']]);
    expect(results.map((result) => 'value' in result && result.value.map(({ name }) => name))).toEqual([
      ['x'],
      ['y'],
      ['z'],
    ]);
  });

  it('gives a second job for the same virtual function a round of its own, too', async () => {
    const functions = new FakeRunner(['vf']);
    const vf = (address: string) => ({ kind: 'vf', address, vlan: 5 }) as const;
    await new Engine(fakeHost([functions])).plug(
      [
        { vifId: 'a', plan: [vf('0000:05:10.1')] },
        { vifId: 'b', plan: [vf('0000:05:10.1'), vf('0000:05:10.2')] },
        { vifId: 'c', plan: [vf('0000:05:10.3')] },
      ],
      { signal: soon() },
    );
    expect(functions.applied).toEqual([['0000:05:10.1', '0000:05:10.3'], ['0000:05:10.2']]);
  });

  it('holds the locks of VIFs and shared links while it runs, and releases them after a failure too', async () => {
    const locks = new FakeLocks();
    const links = new FakeRunner(['link']);
    const engine = new Engine(fakeHost([links], locks));
    const held: string[][] = [];
    links.onApply.set('tap0', () => {
      held.push([...locks.held]);
    });
    const plan = [link('br0', true), link('tap0')];
    await engine.plug(
      [
        { vifId: 'b', plan },
        { vifId: 'a', plan: [link('br0', true)] },
      ],
      { signal: soon() },
    );
    links.onApply.set('bad', failing(refusal('no')));
    await engine.plug([{ vifId: 'b', plan: [link('bad')] }], { signal: soon() });
    expect(held).toEqual([['link:br0', 'name:tap0', 'vif:a', 'vif:b']]);
    expect(locks.held.size).toBe(0);
  });

  it('fails when the locks are not available in time, and lets go of them if they come late', async () => {
    const granted = new Signal();
    const released = new Signal();
    const locks: HostLocks = {
      acquire: async () => {
        await granted.fired;
        return () => released.fire();
      },
      tryAcquire: async () => undefined,
    };
    const engine = new Engine(fakeHost([new FakeRunner(['link'])], locks));
    const jobs = [{ vifId: 'a', plan: [link('x')] }];
    const [plug] = await engine.plug(jobs, { signal: new Deadline(20).signal });
    const [unplug] = await engine.unplug(jobs, { signal: new Deadline(20).signal });
    expect(plug).toMatchObject({ error: { code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' } } });
    expect(unplug).toMatchObject({ error: { code: 'UNPLUG_FAILED', cause: { code: 'TIMEOUT' } } });
    granted.fire();
    await released.fired;
  });

  it('fails with the reason for which there are no locks', async () => {
    const cause = new VifError('ABORTED', 'closed');
    const refuse = () => Promise.reject(cause);
    const engine = new Engine(fakeHost([], { acquire: refuse, tryAcquire: refuse }));
    const [result] = await engine.plug([{ vifId: 'a', plan: [] }], { signal: soon() });
    expect(result).toMatchObject({ error: { code: 'PLUG_FAILED', cause } });
  });

  it('compares without writing, and takes no locks', async () => {
    const locks = new FakeLocks();
    const links = new FakeRunner(['link'], ['there']);
    const engine = new Engine(fakeHost([links], locks));
    const [result] = await engine.inspect([{ vifId: 'a', plan: [link('new'), link('there')] }], {
      signal: soon(),
      operation: 'plug',
    });
    const tasks = result && 'value' in result ? result.value : [];
    expect(tasks.map(({ inspection }) => inspection.differences.length)).toEqual([1, 0]);
    expect(links.applied).toEqual([]);
    expect(locks.acquired).toEqual([]);
  });

  it('reports a host that cannot be read', async () => {
    const links = new FakeRunner(['link']);
    links.unreadable = new Error('broken pipe');
    const [result] = await new Engine(fakeHost([links])).inspect([{ vifId: 'a', plan: [link('x')] }], {
      signal: soon(),
      operation: 'plug',
    });
    expect(result).toMatchObject({ error: { code: 'CHECK_FAILED', vifId: 'a', cause: links.unreadable } });
  });

  it.each(['inspect', 'apply'] as const)(
    'fails if %s of a runner returns no result for a step, which would count as done',
    async (method) => {
      const links = new FakeRunner(['link']);
      const whole: (...args: never[]) => Promise<unknown[]> = links[method].bind(links);
      Object.assign(links, { [method]: async (...args: never[]) => (await whole(...args)).slice(1) });
      const jobs = [{ vifId: 'a', plan: [link('x'), link('y')] }];
      const [result] = await new Engine(fakeHost([links])).plug(jobs, { signal: soon() });
      const message = `${method} of a runner must return one result for each of its steps: 2, not 1`;
      expect(result).toMatchObject({
        error: { code: 'PLUG_FAILED', cause: { code: 'PLUGIN_FAILED', message } },
      });
      expect([...links.existing]).toEqual([]);
    },
  );

  it('takes no jobs at all', async () => {
    expect(await new Engine(fakeHost([])).plug([], { signal: soon() })).toEqual([]);
  });

  it('keeps the order of results, whatever failed', async () => {
    const links = new FakeRunner(['link']);
    const plans = ['a', 'b'].map((vifId) => ({ vifId, plan: [link(vifId), port(vifId)] }));
    const results = await new Engine(fakeHost([links])).plug([...plans, { vifId: 'c', plan: [link('c')] }], {
      signal: soon(),
    });
    expect(results.map((result) => 'error' in result && result.error.vifId)).toEqual(['a', 'b', false]);
  });
});

describe('locks that somebody else holds', () => {
  const jobs = (...ids: string[]) => ids.map((vifId) => ({ vifId, plan: [link('br0', true), link(vifId)] }));

  it('hold up the jobs that need them, and no others', async () => {
    const { locks } = memoryHost();
    const links = new FakeRunner(['link']);
    const engine = new Engine(fakeHost([links], locks));
    const release = await locks.acquire(['vif:b'], soon());
    links.onApply.set('c', release); // the others are at work while b waits
    const results = await engine.plug(jobs('a', 'b', 'c'), { signal: soon() });
    expect(results.every((result) => 'value' in result)).toBe(true);
    expect(links.applied).toEqual([['br0', 'a', 'br0', 'c'], ['b']]);
  });

  it('are named once the deadline has passed, and the other jobs are done by then', async () => {
    const { locks } = memoryHost();
    const links = new FakeRunner(['link']);
    await locks.acquire(['vif:b'], soon());
    const results = await new Engine(fakeHost([links], locks)).plug(jobs('a', 'b', 'c'), {
      signal: new Deadline(50).signal,
    });
    expect(results.map((result) => 'value' in result)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({
      error: {
        code: 'PLUG_FAILED',
        cause: { code: 'TIMEOUT', message: expect.stringContaining('the lock on vif:b') },
      },
    });
    await (await locks.acquire(['vif:a', 'vif:c', 'link:br0'], soon()))();
  });

  it('are waited for together by those that lack the same', async () => {
    const { locks } = memoryHost();
    const links = new FakeRunner(['link']);
    const release = await locks.acquire(['link:br0'], soon());
    const plugging = new Engine(fakeHost([links], locks)).plug(jobs('a', 'b'), { signal: soon() });
    setImmediate(release);
    await plugging;
    expect(links.applied).toEqual([['br0', 'a', 'br0', 'b']]);
  });
});
