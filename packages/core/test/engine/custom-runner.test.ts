import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { CustomStep } from '../../src/plan/steps.js';
import { fakeHost } from './support/fake-host.js';

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
const soon = () => AbortSignal.timeout(20_000);
const boom = new Error('boom');
const fail = () => Promise.reject(boom);

describe('custom steps', () => {
  it('run in order, once', async () => {
    const log: string[] = [];
    const job = { vifId: 'a', plan: [custom('one', log), custom('two', log)] };
    const [first] = await engine.plug([job], soon());
    const [second] = await engine.plug([job], soon());
    expect(log).toEqual(['apply one', 'apply two']);
    expect(first).toMatchObject({ value: [{ name: 'one' }, { name: 'two' }] });
    expect(second).toEqual({ value: [] });
  });

  it('stop at the one that throws, and are undone in reverse, that one too', async () => {
    const log: string[] = [];
    const plan = [custom('one', log), custom('two', log, { apply: fail }), custom('three', log)];
    const [result] = await engine.plug([{ vifId: 'a', plan }], soon());
    expect(result).toMatchObject({
      error: { code: 'PLUG_FAILED', cause: { code: 'PLUGIN_FAILED', vifId: 'a', cause: boom } },
    });
    expect(log).toEqual(['apply one', 'undo two', 'undo one']);
  });

  it('fail their own VIF alone when they cannot tell their state', async () => {
    const log: string[] = [];
    const results = await engine.plug(
      [
        { vifId: 'a', plan: [custom('one', log, { isDone: fail })] },
        { vifId: 'b', plan: [custom('two', log)] },
      ],
      soon(),
    );
    expect(results[0]).toMatchObject({ error: { cause: { code: 'PLUGIN_FAILED', cause: boom } } });
    expect(results[1]).toHaveProperty('value');
    expect(log).toEqual(['apply two']);
  });

  it('are told when the call is aborted', async () => {
    const controller = new AbortController();
    const log: string[] = [];
    const apply = (signal: AbortSignal) => {
      controller.abort();
      log.push(`aborted ${signal.aborted}`);
      return fail();
    };
    const [result] = await engine.plug(
      [{ vifId: 'a', plan: [custom('one', log, { apply })] }],
      controller.signal,
    );
    expect(result).toHaveProperty('error');
    expect(log).toEqual(['aborted true', 'undo one']);
  });
});
