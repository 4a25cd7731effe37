import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { VifError } from '@vifkit/core';
import type { Settled } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { Report } from '../../src/commands/report.js';
import type { CommandResult } from '../../src/commands/results.js';
import { guardOutput } from '../../src/terminal/output.js';
import { handled } from '../support/handled.js';
import { MemoryOutput } from '../support/memory-output.js';

const answerOf = (id: string, text: CommandResult['text'] = () => `${id}\n`): Settled<CommandResult> => ({
  ok: true,
  value: { result: { ...handled, id, differences: [] }, text, differs: false },
});
const failure = (id: string): Settled<CommandResult> => ({
  ok: false,
  id,
  error: new VifError('INVALID_VIF', 'no'),
});

/** Whether it settles without anything else happening. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => {
    settled = true;
  });
  for (let turns = 0; turns < 5; turns += 1) await setImmediate();
  return settled;
}

/** A reader that takes one piece whenever it is told to. */
class SlowOutput extends Writable {
  text = '';
  take: (error?: Error) => void = () => {};

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.text += chunk.toString();
    this.take = done;
  }
}

describe('answers', () => {
  it.each(['text', 'json'] as const)('are printed once all before them are there: %s', async (format) => {
    const stdout = new MemoryOutput();
    const report = new Report('plug', { format }, { stdout, stderr: new MemoryOutput() });
    const ids = () =>
      format === 'text' ? stdout.lines : stdout.lines.map((line) => (JSON.parse(line) as { id: string }).id);
    report.add(answerOf('b'), 1);
    report.add(answerOf('d'), 3);
    await report.printed;
    expect(ids()).toEqual([]);
    report.add(answerOf('a'), 0);
    await report.printed;
    expect(ids()).toEqual(['a', 'b']);
    report.add(answerOf('c'), 2);
    await report.printed;
    expect(ids()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that cannot be printed fail the command, and end nothing before it asks', async () => {
    const unprintable = () => {
      throw new Error('a device without XML');
    };
    const stdout = new MemoryOutput();
    const report = new Report('config', { format: 'text' }, { stdout, stderr: new MemoryOutput() });
    report.add(answerOf('a', unprintable), 0);
    await setImmediate();
    await setImmediate(); // a rejection that nobody minds would end the process here
    report.add(answerOf('b'), 1);
    await expect(report.printed).rejects.toThrow('a device without XML');
  });

  it('add up to an exit status at once', () => {
    const report = new Report(
      'plug',
      { format: 'json' },
      { stdout: new MemoryOutput(), stderr: new MemoryOutput() },
    );
    report.add(failure('b'), 1);
    expect(report.status).toBe(1);
  });
});

describe('a reader', () => {
  it('that is slow is waited for, and what comes meanwhile is printed in order', async () => {
    const stdout = new SlowOutput();
    const report = new Report('plug', { format: 'text' }, { stdout, stderr: new MemoryOutput() });
    report.add(answerOf('a'), 0);
    expect(await settles(report.printed)).toBe(false);
    report.add(answerOf('c'), 2);
    report.add(answerOf('b'), 1);
    const { printed } = report;
    while (!(await settles(printed))) stdout.take();
    expect(stdout.text).toBe('a\nb\nc\n');
  });

  it('that goes away is not waited for', async () => {
    const stdout = new SlowOutput();
    guardOutput(stdout);
    const report = new Report('plug', { format: 'json' }, { stdout, stderr: new MemoryOutput() });
    report.add(answerOf('a'), 0);
    expect(await settles(report.printed)).toBe(false);
    stdout.take(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    report.add(answerOf('b'), 1);
    await report.printed;
    expect(report.status).toBe(0);
  });
});

describe('the progress bar', () => {
  const total = 50;

  it('counts what is done, though it cannot be printed yet', async () => {
    const [stdout, stderr] = [new MemoryOutput(true), new MemoryOutput(true)];
    const report = new Report('plug', { format: 'text' }, { stdout, stderr });
    expect(report.expect(total, true)).toBe(0);
    for (let place = 1; place < 30; place += 1) report.add(answerOf(String(place)), place);
    report.add(failure('30'), 30);
    await report.printed;
    expect(stderr.text).toContain(` 30/${total}  `);
    expect(stderr.text).toContain('  1 failed  ');
    expect(stdout.text).toBe('');
  });

  it('reports that more may come, until all have', async () => {
    const stderr = new MemoryOutput(true);
    const report = new Report('plug', { format: 'text' }, { stdout: new MemoryOutput(true), stderr });
    report.expect(30, false);
    report.add(answerOf('a'), 0);
    await report.printed;
    expect(stderr.text).toContain(` 1/30+  `);
    expect(stderr.text).not.toContain('left');
    expect(report.expect(20, true)).toBe(30);
    expect(stderr.text).toMatch(/ 1\/50 .* left$/);
  });

  it.each([
    ['json', total],
    ['text', 3],
  ] as const)('is not there for %s of %s', (format, few) => {
    const stderr = new MemoryOutput(true);
    const report = new Report('plug', { format }, { stdout: new MemoryOutput(true), stderr });
    report.expect(few, true);
    report.end();
    expect(stderr.text).toBe('');
  });
});
