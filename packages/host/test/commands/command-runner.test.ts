import { VifError } from '@vifkit/core';
import type { Outcome } from '@vifkit/core/step-kinds';
import type { CommandStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { type CommandProgress, CommandRunner } from '../../src/commands/command-runner.js';

const soon = () => new Deadline(10_000).signal;

function setUp() {
  const { commands } = memoryHost();
  return { commands, runner: new CommandRunner(commands) };
}

function task(own: Omit<CommandStep, 'kind'>, outcome: Outcome<CommandProgress> = { done: 'all' }) {
  const step: CommandStep = { kind: 'command', ...own };
  return { step, vifId: 'a', change: { argv: step.argv }, outcome };
}

describe('commands', () => {
  it('always differ, since what they did cannot be seen', async () => {
    const { runner } = setUp();
    const [inspection] = await runner.inspect([task({ argv: ['tool', 'add'] })]);
    expect(inspection).toEqual({
      change: { argv: ['tool', 'add'] },
      differences: [{ attribute: 'run', expected: 'tool add', actual: null }],
    });
  });

  it('run each for itself', async () => {
    const { commands, runner } = setUp();
    commands.end('bad', { exitCode: 2, stderr: 'first line\nsecond\nthird\n  last words\n' });
    commands.end('none', 'missing');
    const outcomes = await runner.apply(
      [
        task({ argv: ['good', 'a b'] }),
        task({ argv: ['bad'] }),
        task({ argv: ['none'], vendor: 'NoneCorp' }),
      ],
      soon(),
    );
    expect(outcomes.map(({ error }) => error?.message)).toEqual([
      undefined,
      'bad failed with status 2: second; third;   last words',
      "There is no program 'none'; install it: it comes from NoneCorp",
    ]);
    expect(outcomes.map(({ error }) => error?.code)).toEqual([
      undefined,
      'COMMAND_FAILED',
      'COMMAND_NOT_FOUND',
    ]);
    expect(commands.log).toEqual([['good', 'a b'], ['bad'], ['none']]);
  });

  it('have last words that a terminal can show, and not many', async () => {
    const { commands, runner } = setUp();
    commands.end('bad', { exitCode: 1, stderr: `${'x'.repeat(1_000_000)}\nred \u001b[31m\0 \ufffd\u202e` });
    const [outcome] = await runner.apply([task({ argv: ['bad'] })], soon());
    expect(outcome?.error?.message).toMatch(/red \\u\{1b\}\[31m\\u\{0\} \ufffd\\u\{202e\}$/);
    expect(outcome?.error?.message.length).toBeLessThan(600);
  });

  it('fail one by one when they are called off', async () => {
    const { commands, runner } = setUp();
    commands.end('slow', 'hang');
    const tasks = [task({ argv: ['slow'] }), task({ argv: ['quick'] })];
    const outcomes = await runner.apply(tasks, new Deadline(10).signal);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(['TIMEOUT', undefined]);
  });

  it('are undone if they ran well or may have got through, and not if they failed', async () => {
    const { commands, runner } = setUp();
    const step = (name: string) => ({ argv: [name, 'add'], undo: [name, 'delete'] });
    const outcomes = await runner.undo(
      [
        task(step('well')),
        task(step('failed'), { done: 'part', error: new VifError('COMMAND_FAILED', 'status 1') }),
        task(step('cut'), { error: new VifError('TIMEOUT', 'too slow') }),
        task({ argv: ['plain'] }),
      ],
      soon(),
    );
    expect(outcomes).toEqual([undefined, undefined, undefined, undefined]);
    expect(commands.log).toEqual([
      ['well', 'delete'],
      ['cut', 'delete'],
    ]);
  });

  it('are undone though they failed where no other call has made their link, and that cannot fail', async () => {
    const { commands, runner } = setUp();
    const failure = { done: 'part', error: new VifError('COMMAND_FAILED', 'status 1') } as const;
    commands.end('made', { exitCode: 1 });
    const outcomes = await runner.undo(
      [
        task({ argv: ['made', 'add'], undo: ['made', 'delete'], whenCreated: 'tap0' }, failure),
        task({ argv: ['bound', 'add'], undo: ['bound', 'delete'], undoWhenCreated: 'tap0' }, failure),
        task(
          { argv: ['missing', 'add'], undo: ['missing', 'delete'], whenCreated: 'tap0' },
          { done: 'nothing', error: new VifError('COMMAND_NOT_FOUND', 'no such program') },
        ),
      ],
      soon(),
    );
    expect(outcomes).toEqual([undefined, undefined, undefined]);
    expect(commands.log).toEqual([
      ['made', 'delete'],
      ['bound', 'delete'],
    ]);
  });

  it('are undone if something killed them', async () => {
    const log: string[] = [];
    const runner = new CommandRunner({
      async run(argv) {
        log.push(argv.join(' '));
        const killed = argv[1] === 'add';
        const ending = killed ? { exitCode: undefined, ending: 'was ended by SIGKILL' } : { exitCode: 0 };
        return { ...ending, stdout: '', stderr: '', missing: false };
      },
    });
    const step = { argv: ['tool', 'add'], undo: ['tool', 'delete'] };
    const [outcome] = await runner.apply([task(step)], soon());
    expect(outcome?.error?.message).toBe('tool was ended by SIGKILL');
    await runner.undo([task(step, outcome)], soon());
    expect(log).toEqual(['tool add', 'tool delete']);
  });

  it('report when their undoing fails', async () => {
    const { commands, runner } = setUp();
    commands.end('tool', { exitCode: 1 });
    const [outcome] = await runner.undo([task({ argv: ['tool', 'add'], undo: ['tool', 'delete'] })], soon());
    expect(outcome?.message).toBe('tool failed with status 1');
  });

  it('keep the error of an executor that throws', async () => {
    const cause = new Error('out of memory');
    const runner = new CommandRunner({ run: () => Promise.reject(cause) });
    const [outcome] = await runner.apply([task({ argv: ['tool'] })], soon());
    expect(outcome?.error).toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'tool failed: out of memory',
      cause,
    });
  });
});
