import { VifError } from '@vifkit/core';
import type { Step } from '@vifkit/core/steps';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/run/engine.js';
import type { HostLocks } from '../../src/run/host.js';
import type { Job, JobResult } from '../../src/run/job.js';
import { Deadline } from '../../src/time/deadline.js';
import { command, fakeHost, link, noLink, port } from './support/fake-host.js';
import { FakeRunner, failing, refusal } from './support/fake-runner.js';
import { Signal } from './support/signal.js';

const soon = () => new Deadline(20_000).signal;

/** An engine some of whose commands go on until they are let go. */
function setUp(locks?: HostLocks) {
  const links = new FakeRunner(['link', 'linkAbsent']);
  const ovs = new FakeRunner(['ovsPort', 'ovsPortAbsent']);
  const commands = new FakeRunner(['command'], [], true);
  const [began, letGo] = [new Signal(), new Signal()];
  commands.onApply.set('slow', () => began.fire(letGo));
  return { links, ovs, commands, began, letGo, engine: new Engine(fakeHost([links, ovs, commands], locks)) };
}

/** Notes who is told of, with how it ended; and lets others wait until somebody is. */
function listener() {
  const told: string[] = [];
  const waiting = new Map<string, Signal>();
  const signalOf = (vifId: string) => {
    const signal = waiting.get(vifId) ?? new Signal();
    waiting.set(vifId, signal);
    return signal;
  };
  return {
    told,
    report: ({ vifId }: Job, result: JobResult<unknown>) => {
      told.push(`${vifId} ${'value' in result ? 'done' : 'failed'}`);
      signalOf(vifId).fire();
    },
    until: (...vifIds: string[]) => Promise.all(vifIds.map((vifId) => signalOf(vifId).fired)),
  };
}

const job = (vifId: string, ...plan: Step[]): Job => ({ vifId, plan });

describe('a job that hangs', () => {
  it('delays no other, in a plug', async () => {
    const { engine, began, letGo } = setUp();
    const { told, report, until } = listener();
    const jobs = [
      job('a', link('a'), command('slow')),
      job('b', link('b'), port('b')),
      job('c', command('c')),
    ];
    const plugging = engine.plug(jobs, { signal: soon(), report });
    await Promise.all([began.fired, until('b', 'c')]);
    expect(told.toSorted()).toEqual(['b done', 'c done']);
    letGo.fire();
    const results = await plugging;
    expect(results.every((result) => 'value' in result)).toBe(true);
    expect(told).toHaveLength(3);
  });

  it('delays no other, in an unplug', async () => {
    const { engine, letGo } = setUp();
    const { told, report, until } = listener();
    const unplugging = engine.unplug([job('a', command('slow')), job('b', noLink('b'))], {
      signal: soon(),
      report,
    });
    await until('b');
    expect(told).toEqual(['b done']);
    letGo.fire();
    await unplugging;
  });

  it('keeps what failed from being undone only if it is at work on the same', async () => {
    const { engine, links, ovs, letGo } = setUp();
    const { told, report, until } = listener();
    for (const name of ['bad', 'worse']) ovs.onApply.set(name, failing(refusal('no')));
    const shared = link('shared', true);
    const jobs = [
      job('slow', shared, command('slow')),
      job('related', shared, link('r'), port('bad')),
      job('other', link('o'), port('worse')),
    ];
    const plugging = engine.plug(jobs, { signal: soon(), report });
    await until('other');
    expect(told).toEqual(['other failed']);
    expect(links.undone).toEqual([['o']]);
    letGo.fire();
    await plugging;
    expect(told).toEqual(['other failed', 'slow done', 'related failed']);
    expect([...links.existing]).toEqual(['shared']);
  });

  it('takes what was shared with it along, if it fails as well', async () => {
    const { engine, links, ovs, commands, began, letGo } = setUp();
    ovs.onApply.set('bad', failing(refusal('no')));
    commands.onApply.set('slow', async () => {
      await began.fire(letGo);
      throw refusal('too slow');
    });
    const shared = link('shared', true);
    const plugging = engine.plug(
      [job('slow', shared, command('slow')), job('related', shared, port('bad'))],
      { signal: soon() },
    );
    await began.fired;
    letGo.fire();
    await plugging;
    expect(links.existing.size).toBe(0);
  });

  it('in a comparison is reported last', async () => {
    const { engine, ovs } = setUp();
    const { told, report, until } = listener();
    const letGo = new Signal();
    const inspect = ovs.inspect.bind(ovs);
    ovs.inspect = async (steps) => {
      await letGo.fired;
      return inspect(steps);
    };
    const options = { signal: soon(), report, operation: 'plug' } as const;
    const inspecting = engine.inspect([job('a', port('a')), job('b', link('b'))], options);
    await until('b');
    expect(told).toEqual(['b done']);
    letGo.fire();
    await inspecting;
    expect(told).toEqual(['b done', 'a done']);
  });
});

describe('a runner that has not read yet', () => {
  it('holds up the jobs with steps for it alone', async () => {
    const { engine, ovs } = setUp();
    const { told, report, until } = listener();
    const letGo = new Signal();
    ovs.inspect = async () => {
      await letGo.fired;
      throw new VifError('OVSDB_UNREACHABLE', 'no server');
    };
    const plugging = engine.plug([job('a', link('a'), port('a')), job('b', link('b'))], {
      signal: soon(),
      report,
    });
    await until('b');
    expect(told).toEqual(['b done']);
    letGo.fire();
    await plugging;
    expect(told).toEqual(['b done', 'a failed']);
  });
});

describe('locks', () => {
  it('that somebody else holds delay no other job', async () => {
    const { locks } = memoryHost();
    const { engine } = setUp(locks);
    const { told, report, until } = listener();
    const release = await locks.acquire(['vif:a'], soon());
    const plugging = engine.plug([job('a', link('a')), job('b', link('b'))], { signal: soon(), report });
    await until('b');
    expect(told).toEqual(['b done']);
    await release();
    await plugging;
    expect(told).toEqual(['b done', 'a done']);
  });

  it('are released before a job is reported, unless another still needs them', async () => {
    const { locks } = memoryHost();
    const { engine, letGo } = setUp(locks);
    const { report, until } = listener();
    const shared = link('br0', true);
    const plugging = engine.plug(
      [job('a', shared, command('slow')), job('b', shared, link('b')), job('c', link('c'))],
      { signal: soon(), report },
    );
    await until('b', 'c');
    await (await locks.acquire(['vif:b', 'vif:c'], soon()))();
    expect(await locks.tryAcquire('vif:a')).toBeUndefined();
    expect(await locks.tryAcquire('link:br0')).toBeUndefined();
    letGo.fire();
    await plugging;
    await (await locks.acquire(['vif:a', 'link:br0'], soon()))();
  });
});
