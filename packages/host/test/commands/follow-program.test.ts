import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { followProgram } from '../../src/commands/follow-program.js';

/** Follows a shell script until it has printed so many lines. */
async function linesOf(script: string, count: number) {
  const lines: string[] = [];
  const over = new AbortController();
  const onLine = (line: string) => {
    if (lines.push(line) === count) over.abort();
  };
  const wasThere = await followProgram(['sh', '-c', script], { onLine, onListening: () => {} }, over.signal);
  return { lines, wasThere };
}

it('a followed program is started again when it ends', async () => {
  expect(await linesOf('echo one; echo two', 4)).toEqual({
    lines: ['one', 'two', 'one', 'two'],
    wasThere: true,
  });
});

it('a followed program that cannot begin, or is missing, is reported', async () => {
  expect(await linesOf('exit 3', 1)).toEqual({ lines: [], wasThere: false });
  const following = { onLine: () => {}, onListening: () => {} };
  expect(await followProgram(['no-such-program'], following, new Deadline(20_000).signal)).toBe(false);
});

it('a followed program is ended by the signal', async () => {
  const script = 'trap "" TERM; echo begun; sleep 5';
  const begun = performance.now();
  expect(await linesOf(script, 1)).toEqual({ lines: ['begun'], wasThere: true });
  expect(performance.now() - begun).toBeLessThan(6_000);
});
