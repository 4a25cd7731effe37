import type { CustomStep } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/run/engine.js';
import { Deadline } from '../../src/time/deadline.js';
import { fakeHost, link, noLink } from './support/fake-host.js';
import { FakeRunner } from './support/fake-runner.js';

function custom(name: string, log: string[], own: Partial<CustomStep> = {}): CustomStep {
  return {
    kind: 'custom',
    name,
    isDone: async () => log.includes(`apply ${name}`),
    apply: async () => void log.push(`apply ${name}`),
    undo: async () => void log.push(`undo ${name}`),
    ...own,
  };
}

const engine = new Engine(fakeHost([]));
const soon = () => new Deadline(20_000).signal;
const boom = new Error('boom');
const fail = () => Promise.reject(boom);

describe('custom steps', () => {
  it('run in order, once', async () => {
    const log: string[] = [];
    const job = { vifId: 'a', plan: [custom('one', log), custom('two', log)] };
    const [first] = await engine.plug([job], { signal: soon() });
    const [second] = await engine.plug([job], { signal: soon() });
    expect(log).toEqual(['apply one', 'apply two']);
    expect(first).toMatchObject({ value: [{ name: 'one' }, { name: 'two' }] });
    expect(second).toEqual({ value: [] });
  });

  it('stop at the one that throws, and are undone in reverse, that one too', async () => {
    const log: string[] = [];
    const plan = [custom('one', log), custom('two', log, { apply: fail }), custom('three', log)];
    const [result] = await engine.plug([{ vifId: 'a', plan }], { signal: soon() });
    expect(result).toMatchObject({
      error: { code: 'PLUG_FAILED', cause: { code: 'PLUGIN_FAILED', vifId: 'a', cause: boom } },
    });
    expect(log).toEqual(['apply one', 'undo two', 'undo one']);
  });

  it('fail their own VIF alone when they cannot read their state', async () => {
    const log: string[] = [];
    const results = await engine.plug(
      [
        { vifId: 'a', plan: [custom('one', log, { isDone: fail })] },
        { vifId: 'b', plan: [custom('two', log)] },
      ],
      { signal: soon() },
    );
    expect(results[0]).toMatchObject({ error: { cause: { code: 'PLUGIN_FAILED', cause: boom } } });
    expect(results[1]).toHaveProperty('value');
    expect(log).toEqual(['apply two']);
  });

  it('are notified when the call is aborted', async () => {
    const controller = new AbortController();
    const log: string[] = [];
    const apply = (signal: AbortSignal) => {
      controller.abort();
      log.push(`aborted ${signal.aborted}`);
      return fail();
    };
    const [result] = await engine.plug([{ vifId: 'a', plan: [custom('one', log, { apply })] }], {
      signal: controller.signal,
    });
    expect(result).toHaveProperty('error');
    expect(log).toEqual(['aborted true', 'undo one']);
  });
});

describe('custom steps that never return', () => {
  const never = () => new Promise<never>(() => {});
  const owner = "os-vif plugin 'acme'";

  /** The results of a bad job among good ones, with a deadline that only the bad one may need. */
  async function amongOthers(bad: Partial<CustomStep>, undoTimeout = 10_000) {
    const log: string[] = [];
    const others = new FakeRunner(['link']);
    const plan = (name: string, own?: Partial<CustomStep>) => [
      link(`${name}1`),
      custom(name, log, own),
      link(`${name}2`),
    ];
    const results = await new Engine(fakeHost([others])).plug(
      [
        { vifId: 'a', plan: plan('a') },
        { vifId: 'bad', plan: plan('bad', bad), owner },
        { vifId: 'b', plan: plan('b') },
        { vifId: 'c', plan: [link('c')] },
      ],
      { signal: new Deadline(300).signal, undoTimeout },
    );
    return { results, log, existing: [...others.existing].sort() };
  }

  it('are given up in isDone, and the others of the call are plugged', async () => {
    const { results, log, existing } = await amongOthers({ isDone: never });
    expect(results.map((result) => 'value' in result)).toEqual([true, false, true, true]);
    expect(results[1]).toMatchObject({
      error: {
        code: 'PLUG_FAILED',
        message: expect.stringContaining("custom 'bad' of the os-vif plugin 'acme'"),
        cause: { code: 'TIMEOUT' },
      },
    });
    expect(log).toEqual(['apply a', 'apply b']);
    expect(existing).toEqual(['a1', 'a2', 'b1', 'b2', 'c']);
  });

  it('are given up in apply and undone, and the others of the call are plugged', async () => {
    const { results, log, existing } = await amongOthers({ apply: never });
    expect(results.map((result) => 'value' in result)).toEqual([true, false, true, true]);
    expect(results[1]).toMatchObject({
      error: { message: expect.stringContaining("'acme'"), cause: { code: 'TIMEOUT' } },
    });
    expect(log).toEqual(['apply a', 'apply b', 'undo bad']);
    expect(existing).toEqual(['a1', 'a2', 'b1', 'b2', 'c']);
  });

  it('are given up in undo, and what was done before them is undone nevertheless', async () => {
    const { results, existing } = await amongOthers({ apply: fail, undo: never }, 50);
    expect(results[1]).toMatchObject({
      error: {
        cause: { code: 'PLUGIN_FAILED' },
        undoFailures: [
          { code: 'TIMEOUT', message: expect.stringMatching(/'acme'\. Undoing had 0.05 s .*--undo-timeout/) },
        ],
      },
    });
    expect(existing).toEqual(['a1', 'a2', 'b1', 'b2', 'c']);
  });

  it('fail their own request in a comparison, and no other', async () => {
    const log: string[] = [];
    const results = await engine.inspect(
      [
        { vifId: 'bad', plan: [custom('bad', log, { isDone: never })], owner },
        { vifId: 'a', plan: [custom('a', log)] },
      ],
      { signal: new Deadline(50).signal, operation: 'plug' },
    );
    expect(results).toMatchObject([
      { error: { code: 'TIMEOUT', vifId: 'bad', message: expect.stringContaining("'acme'") } },
      { value: [{ inspection: { differences: [{ attribute: 'done' }] } }] },
    ]);
  });

  it('hold up the unplug of their own VIF alone', async () => {
    const links = new FakeRunner(['linkAbsent'], ['tap0', 'tap1']);
    const step = custom('bad', [], { isDone: never });
    const [bad, good] = await new Engine(fakeHost([links])).unplug(
      [
        { vifId: 'bad', plan: [step, noLink('tap0')] },
        { vifId: 'good', plan: [noLink('tap1')] },
      ],
      { signal: new Deadline(50).signal },
    );
    expect(bad).toMatchObject({ error: { code: 'UNPLUG_FAILED' } });
    expect(good).toHaveProperty('value');
    expect(links.existing).not.toContain('tap1');
  });
});
