import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { plain, styleFor, writeOut, writeWhole } from '../../src/terminal/output.js';
import { MemoryOutput } from '../support/memory-output.js';

it('colours on a terminal alone', () => {
  expect(styleFor(new MemoryOutput(true))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  expect(styleFor(new MemoryOutput(false))('red', 'x')).toBe('x');
  expect(plain('red', 'x')).toBe('x');
});

it('colours elsewhere too if the environment insists', () => {
  vi.stubEnv('FORCE_COLOR', '1');
  try {
    expect(styleFor(new MemoryOutput(false))('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  } finally {
    vi.unstubAllEnvs();
  }
});

/** An output that wants no more than four bytes at a time, and takes them when it is told to. */
class SlowOutput extends Writable {
  text = '';
  take: (error?: Error) => void = () => {};

  constructor() {
    super({ highWaterMark: 4 });
    this.on('error', () => {});
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.text += chunk.toString();
    this.take = done;
  }
}

/** Whether it settles without anything else happening. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => {
    settled = true;
  });
  await setImmediate();
  return settled;
}

describe('writing', () => {
  it('does not wait where there is room', async () => {
    const output = new MemoryOutput();
    expect(await settles(writeOut(output, 'ab'))).toBe(true);
    expect(output.text).toBe('ab');
  });

  it('waits until the output wants more, and leaves no listeners', async () => {
    const output = new SlowOutput();
    const written = writeOut(output, 'abcdef');
    expect(await settles(written)).toBe(false);
    output.take();
    await written;
    expect(output.text).toBe('abcdef');
    expect(output.listenerCount('drain') + output.listenerCount('close')).toBe(0);
  });

  it('does not wait for an output that fails, nor for one that has', async () => {
    const output = new SlowOutput();
    const written = writeOut(output, 'abcdef');
    output.take(new Error('full'));
    await written;
    await writeOut(output, 'abcdef');
    expect(output.text).toBe('abcdef');
  });
});

describe('a file for the output', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vif-output-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is replaced', async () => {
    const file = join(folder, 'vifs.prom');
    for (const text of ['one', 'two']) await writeWhole(new MemoryOutput(), file, text);
    expect(await readFile(file, 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['vifs.prom']);
  });

  it("leaves another's draft alone", async () => {
    const draft = `vifs.prom.${process.pid}.new`;
    await writeFile(join(folder, draft), "another's");
    await expect(writeWhole(new MemoryOutput(), join(folder, 'vifs.prom'), 'text')).rejects.toThrow('EEXIST');
    expect(await readFile(join(folder, draft), 'utf8')).toBe("another's");
  });

  it.each([
    ['a link', (path: string) => symlink('/dev/null', path)],
    ['a folder', (path: string) => mkdir(path)],
    ['a pipe', (path: string) => execa('mkfifo', [path])],
  ])('is not put in the place of %s', async (_, make) => {
    const path = join(folder, 'other');
    await make(path);
    const before = await lstat(path);
    await expect(writeWhole(new MemoryOutput(), path, 'text')).rejects.toThrow(
      `Cannot write ${path}: it is not a regular file`,
    );
    expect(await lstat(path)).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(await readdir(folder)).toEqual(['other']);
  });
});
