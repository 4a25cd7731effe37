import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { VifError } from '../../src/errors/vif-error.js';
import type { HostLocks } from '../../src/host/host.js';
import { FakeLocks, fakeHost, link, port } from './support/fake-host.js';
import { FakeRunner, failing, refusal } from './support/fake-runner.js';
import { Signal } from './support/signal.js';

const soon = () => AbortSignal.timeout(20_000);

describe('engine', () => {
  it('gives a second job for the same VIF a round of its own, which sees what the first did', async () => {
    const links = new FakeRunner(['link']);
    const results = await new Engine(fakeHost([links])).plug(
      [
        { vifId: 'a', plan: [link('x')] },
        { vifId: 'b', plan: [link('y')] },
        { vifId: 'a', plan: [link('x'), link('z')] },
      ],
      soon(),
    );
    expect(links.applied).toEqual([['x', 'y'], ['z']]);
    expect(results.map((result) => 'value' in result && result.value.map(({ name }) => name))).toEqual([
      ['x'],
      ['y'],
      ['z'],
    ]);
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
      soon(),
    );
    links.onApply.set('bad', failing(refusal('no')));
    await engine.plug([{ vifId: 'b', plan: [link('bad')] }], soon());
    expect(held).toEqual([['link:br0', 'vif:a', 'vif:b']]);
    expect(locks.held.size).toBe(0);
  });

  it('fails when the locks are not to be had in time, and lets go of them if they come late', async () => {
    const granted = new Signal();
    const released = new Signal();
    const locks: HostLocks = {
      acquire: async () => {
        await granted.fired;
        return () => released.fire();
      },
    };
    const engine = new Engine(fakeHost([new FakeRunner(['link'])], locks));
    const jobs = [{ vifId: 'a', plan: [link('x')] }];
    const [plug] = await engine.plug(jobs, AbortSignal.timeout(20));
    const [unplug] = await engine.unplug(jobs, AbortSignal.timeout(20));
    expect(plug).toMatchObject({ error: { code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' } } });
    expect(unplug).toMatchObject({ error: { code: 'UNPLUG_FAILED', cause: { code: 'TIMEOUT' } } });
    granted.fire();
    await released.fired;
  });

  it('fails with the reason for which there are no locks', async () => {
    const cause = new VifError('ABORTED', 'closed');
    const engine = new Engine(fakeHost([], { acquire: () => Promise.reject(cause) }));
    const [result] = await engine.plug([{ vifId: 'a', plan: [] }], soon());
    expect(result).toMatchObject({ error: { code: 'PLUG_FAILED', cause } });
  });

  it('compares without writing, and takes no locks', async () => {
    const locks = new FakeLocks();
    const links = new FakeRunner(['link'], ['there']);
    const engine = new Engine(fakeHost([links], locks));
    const [result] = await engine.inspect([{ vifId: 'a', plan: [link('new'), link('there')] }], soon());
    const tasks = result && 'value' in result ? result.value : [];
    expect(tasks.map(({ inspection }) => inspection.differences.length)).toEqual([1, 0]);
    expect(links.applied).toEqual([]);
    expect(locks.acquired).toEqual([]);
  });

  it('tells of a host that cannot be read', async () => {
    const links = new FakeRunner(['link']);
    links.unreadable = new Error('broken pipe');
    const [result] = await new Engine(fakeHost([links])).inspect([{ vifId: 'a', plan: [link('x')] }], soon());
    expect(result).toMatchObject({ error: { code: 'CHECK_FAILED', vifId: 'a', cause: links.unreadable } });
  });

  it('takes no jobs at all', async () => {
    expect(await new Engine(fakeHost([])).plug([], soon())).toEqual([]);
  });

  it('keeps the order of results, whatever failed', async () => {
    const links = new FakeRunner(['link']);
    const plans = ['a', 'b'].map((vifId) => ({ vifId, plan: [link(vifId), port(vifId)] }));
    const results = await new Engine(fakeHost([links])).plug(
      [...plans, { vifId: 'c', plan: [link('c')] }],
      soon(),
    );
    expect(results.map((result) => 'error' in result && result.error.vifId)).toEqual(['a', 'b', false]);
  });
});
