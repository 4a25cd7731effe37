import { type Plan, VifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/run/engine.js';
import { UnplugError } from '../../src/run/errors.js';
import { Deadline } from '../../src/time/deadline.js';
import { command, fakeHost, noLink } from './support/fake-host.js';
import { FakeRunner, failing, hanging, refusal } from './support/fake-runner.js';

function setUp(existing: string[]) {
  const links = new FakeRunner(['link', 'linkAbsent'], existing);
  const commands = new FakeRunner(['command'], [], true);
  const engine = new Engine(fakeHost([links, commands]));
  const unplug = async (plan: Plan, signal = new Deadline(20_000).signal) => {
    const [result] = await engine.unplug([{ vifId: 'a', plan }], { signal });
    return result as { value: unknown[]; error: UnplugError };
  };
  return { links, commands, unplug };
}

describe('unplug', () => {
  it('removes what is there, and reports it', async () => {
    const { links, unplug } = setUp(['tap0']);
    const { value } = await unplug([noLink('gone'), noLink('tap0')]);
    expect(value).toMatchObject([{ kind: 'linkAbsent', name: 'tap0' }]);
    expect(links.existing.size).toBe(0);
  });

  it('goes on past failing steps, and reports them all', async () => {
    const { links, commands, unplug } = setUp(['a', 'b', 'c']);
    const [tool, stuck] = [refusal('tool failed'), refusal('a is stuck')];
    commands.onApply.set('tool', failing(tool));
    links.onApply.set('a', failing(stuck));
    const { error } = await unplug([command('tool'), command('next'), noLink('a'), noLink('b')]);
    expect(error).toBeInstanceOf(UnplugError);
    expect(error).toMatchObject({ code: 'UNPLUG_FAILED', vifId: 'a', failures: [tool, stuck], cause: tool });
    expect(commands.applied).toEqual([['tool'], ['next']]);
    expect([...links.existing]).toEqual(['a', 'c']);
    expect(links.undone).toEqual([]);
  });

  it('reports a step that must not be carried out, and does the others', async () => {
    const { links, unplug } = setUp(['foreign', 'mine']);
    const blocked = new VifError('LINK_NOT_OURS', 'not made by vifkit');
    links.blocked.set('foreign', blocked);
    const { error } = await unplug([noLink('foreign'), noLink('mine')]);
    expect(error.failures).toEqual([blocked]);
    expect([...links.existing]).toEqual(['foreign']);
  });

  it('does what it can where a part of the host cannot be read, and names each part once', async () => {
    const { links, commands, unplug } = setUp(['a', 'b']);
    links.unreadable = new VifError('COMMAND_NOT_FOUND', 'no ip');
    const port = { kind: 'ovsPortAbsent', name: 'a', own: true } as const;
    const { error } = await unplug([noLink('a'), noLink('b'), port, command('tool')]);
    expect(error.failures.map(({ code }) => code).sort()).toEqual(['COMMAND_NOT_FOUND', 'NO_RUNNER']);
    expect(commands.applied).toEqual([['tool']]);
  });

  it('leaves the rest undone once the deadline passes, and says so once', async () => {
    const { links, commands, unplug } = setUp(['a', 'b']);
    commands.onApply.set('tool', hanging);
    const { error } = await unplug([command('tool'), noLink('a'), noLink('b')], new Deadline(20).signal);
    expect(error.failures.map(({ code }) => code)).toEqual(['TIMEOUT', 'TIMEOUT']);
    expect(links.applied).toEqual([]);
  });
});
