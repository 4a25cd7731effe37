import { describe, expect, it } from 'vitest';
import { ProgressBar } from '../../src/terminal/progress-bar.js';
import { MemoryOutput } from '../support/memory-output.js';

/** What a bar for 2000 requests shows when these many are done after these seconds. */
function shown(done: number, failed: number, seconds: number, columns = 120): string {
  const terminal = Object.assign(new MemoryOutput(true), { columns });
  let now = 5000;
  const bar = new ProgressBar(terminal, 'plug', () => now);
  bar.expect(2000, true);
  now += seconds * 1000;
  if (done > 0) bar.advance(done, failed);
  bar.draw();
  expect(terminal.text.startsWith('\r')).toBe(true);
  return terminal.text.slice(1);
}

const bar = (filled: number) => '█'.repeat(filled) + '░'.repeat(30 - filled);

describe('a progress bar', () => {
  it('knows no rate at the beginning', () => {
    expect(shown(0, 0, 3)).toBe(`plug ${bar(0)} 0/2000`);
  });

  it.each([
    [500, 0, 2, 7, '500/2000  250/s  0:06 left'],
    [1000, 3, 100, 15, '1000/2000  10/s  3 failed  1:40 left'],
    [20, 0, 8, 0, '20/2000  2.5/s  13:12 left'],
    [100, 0, 200, 1, '100/2000  0.5/s  1:03:20 left'],
    [2000, 2000, 4, 30, '2000/2000  500/s  2000 failed  0:00 left'],
  ])(
    'shows rate, failures and time left: %s done, %s failed in %s s',
    (done, failed, seconds, filled, notes) => {
      expect(shown(done, failed, seconds)).toBe(`plug ${bar(filled)} ${notes}`);
    },
  );

  it('fits into the terminal, so that it can be taken off', () => {
    expect(shown(500, 0, 2, 45)).toBe(`plug ${bar(7)} 500/2000`.slice(0, 44));
  });
});
