import { expect, it } from 'vitest';
import { openLogger } from '../../src/terminal/log.js';
import { MemoryOutput } from '../support/memory-output.js';

async function logged(verbose: number): Promise<string> {
  const stream = new MemoryOutput();
  const logger = await openLogger(verbose, stream);
  logger?.debug({ link: 'tap1' }, 'step');
  logger?.info({ vif: 'a' }, 'plug');
  await new Promise((resolve) => setImmediate(resolve));
  return stream.text;
}

it('logs nothing unless asked to', async () => {
  expect(await openLogger(0, new MemoryOutput())).toBeUndefined();
});

it('logs for people, without colours off a terminal', async () => {
  const text = await logged(1);
  expect(text).toMatch(/INFO: plug \{"vif":"a"\}\n$/);
  expect(text).not.toContain('step');
  expect(text).not.toContain('\u001b');
});

it('logs steps as well when asked twice', async () => {
  expect(await logged(2)).toMatch(/DEBUG: step \{"link":"tap1"\}\n.*INFO: plug/);
});

it('escapes control characters of messages', async () => {
  const stream = new MemoryOutput();
  const logger = await openLogger(1, stream);
  logger?.error({}, 'no link \u001b[2J');
  await new Promise((resolve) => setImmediate(resolve));
  expect(stream.text).toContain('ERROR: no link \\u001b[2J\n');
});
