import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type InputSource, readText } from '../../src/requests/input.js';

const read = (file: string, stdin: () => InputSource, signal = new Deadline(20_000).signal) =>
  readText(file, stdin, signal);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vif-cli-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function* chunks(...parts: readonly (Uint8Array | string)[]) {
  yield* parts;
}

const unread = () => {
  throw new Error('standard input is not to be read');
};

it('reads a file, and leaves standard input alone', async () => {
  const file = join(dir, 'requests.json');
  await writeFile(file, '{}');
  expect(await read(file, unread)).toBe('{}');
});

it('reads standard input for -, with characters that are split between chunks', async () => {
  const bytes = Buffer.from('{"name": "größe"}');
  const middle = bytes.indexOf(0xc3) + 1;
  expect(await read('-', () => chunks(bytes.subarray(0, middle), bytes.subarray(middle)))).toBe(
    '{"name": "größe"}',
  );
});

it('drops a byte order mark', async () => {
  expect(await read('-', () => chunks('\ufeff{}'))).toBe('{}');
});

it.each([
  ['a file that is not there', 'missing.json', /^Cannot read '.*missing\.json': ENOENT/],
  ['a directory', '.', /^Cannot read '.*': EISDIR/],
])('refuses %s', async (_, name, message) => {
  await expect(read(join(dir, name), unread)).rejects.toThrow(
    expect.objectContaining({ name: 'InputError', message: expect.stringMatching(message) }),
  );
});

it('says so when standard input cannot be read', async () => {
  await expect(read('-', unread)).rejects.toThrow(
    'Cannot read standard input: standard input is not to be read',
  );
});

it('refuses what has no end, and reads no more of it than the limit', async () => {
  let given = 0;
  async function* endless() {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    for (;;) {
      given += chunk.length;
      yield chunk;
    }
  }
  const inputError = expect.objectContaining({
    name: 'InputError',
    message: expect.stringMatching(/in parts/),
  });
  await expect(read('-', endless)).rejects.toThrow(inputError);
  expect(given).toBeLessThan(66 * 1024 * 1024);
  await expect(read('/dev/zero', unread)).rejects.toThrow(inputError);
});

it.each([
  ['a pipe that nobody writes to', () => new PassThrough()],
  ['a pipe that never ends', endless],
])('waits for %s no longer than it may', async (_, stdin) => {
  await expect(read('-', stdin, new Deadline(50).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
});

async function* endless() {
  for (;;) {
    await setImmediate();
    yield ' ';
  }
}
