import { setImmediate } from 'node:timers/promises';
import { VifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/run/engine.js';
import { PlugError } from '../../src/run/errors.js';
import type { Job } from '../../src/run/job.js';
import { Deadline, pause } from '../../src/time/deadline.js';
import { command, fakeHost, link, noLink, port } from './support/fake-host.js';
import { deaf, FakeRunner, failing, hanging, refusal } from './support/fake-runner.js';
import { Signal } from './support/signal.js';

function setUp(existing: string[] = []) {
  const links = new FakeRunner(['link', 'linkAbsent'], existing);
  const ovs = new FakeRunner(['ovsPort', 'ovsBridge']);
  const commands = new FakeRunner(['command'], [], true);
  const engine = new Engine(fakeHost([links, ovs, commands]));
  const plug = async (jobs: Job[], signal = new Deadline(20_000).signal) => engine.plug(jobs, { signal });
  const plugError = async (jobs: Job[], signal?: AbortSignal) => {
    const [result] = await plug(jobs, signal);
    expect(result).toHaveProperty('error');
    return (result as { error: PlugError }).error;
  };
  return { links, ovs, commands, engine, plug, plugError };
}

describe('plug', () => {
  it('carries out what differs and reports it in order', async () => {
    const { links, ovs, plug } = setUp(['br0']);
    const [result] = await plug([{ vifId: 'a', plan: [link('br0'), link('tap0'), port('tap0')] }]);
    expect(result).toEqual({
      value: [
        { kind: 'link', name: 'tap0', differences: [{ attribute: 'exists', expected: true, actual: false }] },
        {
          kind: 'ovsPort',
          name: 'tap0',
          differences: [{ attribute: 'exists', expected: true, actual: false }],
        },
      ],
    });
    expect(links.applied).toEqual([['tap0']]);
    expect([...ovs.existing]).toEqual(['tap0']);
  });

  it('writes nothing for a plan that is fulfilled', async () => {
    const { links, plug } = setUp(['tap0']);
    expect(await plug([{ vifId: 'a', plan: [link('tap0')] }])).toEqual([{ value: [] }]);
    expect(links.applied).toEqual([]);
  });

  it('hands the steps of many plans to a runner in one batch', async () => {
    const { links, ovs, plug } = setUp();
    const jobs = ['a', 'b', 'c'].map((id) => ({ vifId: id, plan: [link(id), port(id), link(`${id}2`)] }));
    await plug(jobs);
    expect(links.inspected).toHaveLength(1);
    expect(links.applied).toEqual([
      ['a', 'b', 'c'],
      ['a2', 'b2', 'c2'],
    ]);
    expect(ovs.applied).toEqual([['a', 'b', 'c']]);
  });

  it('runs different runners of a wave side by side', async () => {
    const { links, ovs, plug } = setUp();
    // Each waits for the other to have begun: in sequence neither would end.
    const began = { links: new Signal(), ovs: new Signal() };
    links.onApply.set('a', () => began.links.fire(began.ovs));
    ovs.onApply.set('b', () => began.ovs.fire(began.links));
    const results = await plug([
      { vifId: 'a', plan: [link('a')] },
      { vifId: 'b', plan: [port('b')] },
    ]);
    expect(results.every((result) => 'value' in result)).toBe(true);
  });

  it('undoes in reverse what was done, and reports the first error', async () => {
    const { links, ovs, commands, plugError } = setUp(['br0']);
    const cause = refusal('no such key');
    commands.onApply.set('tool', failing(cause));
    const plan = [link('br0'), link('veth0'), link('veth1'), port('veth1'), command('tool'), link('never')];
    const error = await plugError([{ vifId: 'a', plan }]);
    expect(error).toBeInstanceOf(PlugError);
    expect(error).toMatchObject({ code: 'PLUG_FAILED', vifId: 'a', cause, undoFailures: [] });
    expect(error.step).toMatchObject({ kind: 'command' });
    expect(error.message).toContain('the host is as before');
    expect(ovs.undone).toEqual([['veth1']]);
    expect(links.undone).toEqual([['veth1', 'veth0']]);
    expect([...links.existing]).toEqual(['br0']);
  });

  it('reports what could not be undone beside the first error, and undoes the rest', async () => {
    const { links, ovs, plugError } = setUp();
    const cause = refusal('port refused');
    const left = refusal('link stuck');
    ovs.onApply.set('p', failing(cause));
    links.onUndo.set('a', failing(left));
    const error = await plugError([{ vifId: 'v', plan: [link('a'), link('b'), port('p')] }]);
    expect(error.cause).toBe(cause);
    expect(error.undoFailures).toEqual([left]);
    expect(error.message).toContain('1 step(s) could not be undone: link stuck');
    expect([...links.existing]).toEqual(['a']);
  });

  it.each(['its', 'the whole batch’s'])(
    'reports no step as not undone that did nothing: %s failure',
    async (whose) => {
      const { links, plugError } = setUp();
      const cause = new VifError('COMMAND_NOT_FOUND', 'no helper');
      const failed = failing(cause);
      for (const behaviours of [links.onApply, links.onUndo]) behaviours.set('a', failed);
      if (whose !== 'its') {
        links.apply = () => Promise.reject(cause);
        links.undo = () => Promise.reject(cause);
      }
      const error = await plugError([{ vifId: 'v', plan: [link('a')] }]);
      expect(error).toMatchObject({ cause, undoFailures: [] });
      expect(error.message).toContain('the host is as before');
    },
  );

  it('reports a step as not undone that did a part, or that leaves no trace', async () => {
    const { links, commands, plugError } = setUp();
    const left = refusal('stuck');
    links.onApply.set('a', () => {
      links.existing.add('a');
      throw refusal('half done');
    });
    links.onUndo.set('a', failing(left));
    expect((await plugError([{ vifId: 'v', plan: [link('a')] }])).undoFailures).toEqual([left]);
    for (const behaviours of [commands.onApply, commands.onUndo]) behaviours.set('tool', failing(left));
    expect((await plugError([{ vifId: 'v', plan: [command('tool')] }])).undoFailures).toEqual([left]);
  });

  it('removes what a former plug made once everything else has succeeded', async () => {
    const { links, ovs, plug } = setUp(['old']);
    const removal = noLink('old');
    const job = { vifId: 'v', plan: [link('a'), removal, link('b'), port('p')], former: new Set([removal]) };
    ovs.onApply.set('p', failing(refusal('no')));
    await plug([job]);
    expect(links.applied).toEqual([['a', 'b']]);
    expect([...links.existing]).toEqual(['old']);
    ovs.onApply.clear();
    await plug([job]);
    expect(links.applied.slice(1)).toEqual([['a', 'b'], ['old']]);
    expect([...links.existing]).toEqual(['a', 'b']);
  });

  it('fails one job, and carries out the others of the batch', async () => {
    const { links, plug } = setUp();
    links.onApply.set('bad', failing(refusal('no')));
    const results = await plug([
      { vifId: 'good', plan: [link('good')] },
      { vifId: 'bad', plan: [link('first'), link('bad'), port('bad')] },
      { vifId: 'fine', plan: [link('fine'), port('fine')] },
    ]);
    expect(results.map((result) => 'value' in result)).toEqual([true, false, true]);
    expect([...links.existing]).toEqual(['good', 'fine']);
  });

  it('gives a runner one batch at a time', async () => {
    const { links, plug } = setUp();
    let atWork = 0;
    const alone = async () => {
      expect(++atWork).toBe(1);
      await setImmediate();
      await setImmediate();
      await setImmediate();
      atWork -= 1;
    };
    for (const name of ['first', 'second']) links.onApply.set(name, alone);
    const results = await plug([
      { vifId: 'a', plan: [link('first')] },
      { vifId: 'b', plan: [port('b'), link('second')] },
    ]);
    expect(links.applied).toEqual([['first'], ['second']]);
    expect(results.map((result) => 'value' in result)).toEqual([true, true]);
  });

  it('leaves the other steps time to be undone when the undoing of one hangs', async () => {
    const { links, ovs, engine } = setUp();
    links.onApply.set('bad', failing(refusal('no')));
    ovs.onUndo.set('p', hanging);
    links.onUndo.set('a', (signal) => pause(20, signal).then(() => signal.throwIfAborted()));
    await engine.plug([{ vifId: 'v', plan: [link('a'), port('p'), link('bad')] }], {
      signal: new Deadline(20_000).signal,
      undoTimeout: 1_000,
    });
    expect([...links.existing]).toEqual([]);
  });

  it('keeps what a job that succeeded wants as well', async () => {
    const { links, ovs, plug } = setUp();
    ovs.onApply.set('bad', failing(refusal('no')));
    await plug([
      { vifId: 'a', plan: [link('shared', true), link('a'), port('bad')] },
      { vifId: 'b', plan: [link('shared', true), link('b'), port('good')] },
    ]);
    expect([...links.existing].sort()).toEqual(['b', 'shared']);
  });

  it('refuses a plan with a step that cannot be carried out, before anything is written', async () => {
    const { links, plugError } = setUp();
    const blocked = new VifError('LINK_KIND_MISMATCH', 'it is a tap');
    links.blocked.set('br0', blocked);
    const error = await plugError([{ vifId: 'a', plan: [link('x'), link('br0')] }]);
    expect(error.cause).toBe(blocked);
    expect(links.applied).toEqual([]);
  });

  it('fails the jobs that need what cannot be read, and no others', async () => {
    const { links, ovs, plug } = setUp();
    ovs.unreadable = new VifError('OVSDB_UNREACHABLE', 'no server');
    const results = await plug([
      { vifId: 'a', plan: [link('a'), port('a')] },
      { vifId: 'b', plan: [link('b')] },
    ]);
    expect(results[0]).toMatchObject({
      error: { code: 'PLUG_FAILED', cause: { code: 'OVSDB_UNREACHABLE' } },
    });
    expect(results[1]).toHaveProperty('value');
    expect(links.applied).toEqual([['b']]);
  });

  it('fails for a kind of step that the host has no runner for', async () => {
    const { links, plugError } = setUp();
    const plan = [link('a'), { kind: 'vf', address: '0000:03:00.1' } as const];
    expect(await plugError([{ vifId: 'a', plan }])).toMatchObject({
      cause: { code: 'NO_RUNNER', message: expect.stringContaining('give the driver a host that has one') },
    });
    expect(links.applied).toEqual([]);
  });

  it('does not go past a failure with a runner that takes steps one by one', async () => {
    const { commands, plugError } = setUp();
    commands.onApply.set('second', failing(refusal('status 1')));
    const plan = [command('first'), command('second'), command('third')];
    await plugError([{ vifId: 'a', plan }]);
    expect(commands.applied).toEqual([['first'], ['second']]);
    expect(commands.undone).toEqual([['second'], ['first']]);
  });

  it('runs a command tied to a link only if this call makes the link', async () => {
    const { commands, plug } = setUp(['old']);
    const plan = [link('old'), link('new'), command('for-old', 'old'), command('for-new', 'new')];
    await plug([{ vifId: 'a', plan }]);
    expect(commands.applied).toEqual([['for-new']]);
  });

  it('brings back what a plug removed', async () => {
    const { links, ovs, plugError } = setUp(['stale']);
    ovs.onApply.set('p', failing(refusal('no')));
    await plugError([{ vifId: 'a', plan: [noLink('stale'), port('p')] }]);
    expect([...links.existing]).toEqual(['stale']);
  });
});

describe('plug that is called off', () => {
  it('undoes what was done when the deadline passes', async () => {
    const { links, ovs, plugError } = setUp();
    ovs.onApply.set('p', hanging);
    const error = await plugError([{ vifId: 'a', plan: [link('a'), port('p')] }], new Deadline(20).signal);
    expect(error).toMatchObject({ code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' } });
    expect(links.existing.size).toBe(0);
  });

  it('undoes what was done when the caller aborts', async () => {
    const { links, ovs, plugError } = setUp();
    const controller = new AbortController();
    ovs.onApply.set('p', (signal) => {
      controller.abort();
      return hanging(signal);
    });
    const error = await plugError([{ vifId: 'a', plan: [link('a'), port('p')] }], controller.signal);
    expect(error).toMatchObject({ code: 'PLUG_FAILED', cause: { code: 'ABORTED' } });
    expect(links.existing.size).toBe(0);
    expect(ovs.undone).toEqual([['p']]);
  });

  it('does not wait for a runner that ignores the signal', async () => {
    const { links, ovs, plugError } = setUp();
    ovs.onApply.set('p', deaf);
    const error = await plugError([{ vifId: 'a', plan: [link('a'), port('p')] }], new Deadline(20).signal);
    expect(error).toMatchObject({ cause: { code: 'TIMEOUT' } });
    expect(links.existing.size).toBe(0);
  });

  it('lets a runner wind up before anything is undone, and believes what it got done', async () => {
    const { ovs, plug } = setUp();
    const order: string[] = [];
    const record = async (what: string) => void order.push(what);
    ovs.onApply.set('slow', async (signal) => {
      await hanging(signal).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      await record('slow wound up');
      throw new VifError('TIMEOUT', 'too slow');
    });
    ovs.onUndo.set('slow', () => record('slow undone'));
    const results = await plug(
      [
        { vifId: 'a', plan: [port('slow')] },
        { vifId: 'b', plan: [port('quick')] },
      ],
      new Deadline(20).signal,
    );
    expect(order).toEqual(['slow wound up', 'slow undone']);
    expect(results.map((result) => 'value' in result)).toEqual([false, true]);
  });

  it('does not begin when the signal fired before', async () => {
    const { links, plugError } = setUp();
    const error = await plugError([{ vifId: 'a', plan: [link('a')] }], AbortSignal.abort());
    expect(error).toMatchObject({ cause: { code: 'ABORTED' } });
    expect(links.applied).toEqual([]);
  });
});
