import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request } from '../support/requests.js';
import { bin, ended } from '../support/spawn-vif.js';

const MiB = 1024 * 1024;
const heap = ['--max-old-space-size=128'];

let folder: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await rm(folder, { recursive: true });
});

/** A running command, whose answers are read one by one. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, [...heap, bin, ...args, '--format', 'json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  child.stdin.on('error', () => {}); // it may end without having read its input
  return { stdin: child.stdin, status: ended(child), answers: answersOf(child.stdout) };
}

async function* answersOf(stdout: Readable) {
  for await (const line of createInterface({ input: stdout })) {
    yield JSON.parse(line) as { id: string | null; xml?: string; error?: { code: string; message: string } };
  }
}

const line = (id: string) => `${JSON.stringify({ ...request, id })}\n`;

describe('an input that stays open', () => {
  it.each([
    ['lines', '', ''],
    ['an array', '[', ','],
  ])('has its first requests answered, and later ones when they come: %s', async (_, before, between) => {
    const { stdin, status, answers } = start(['config']);
    stdin.write(`${before}${line('a')}${between}${line('b')}${between}`);
    expect([(await answers.next()).value?.id, (await answers.next()).value?.id]).toEqual(['a', 'b']);
    stdin.write(`${line('c')}${between}`);
    expect((await answers.next()).value?.id).toBe('c');
    stdin.end(before && '{}]');
    expect((await answers.next()).value?.error?.code).toBe(before ? 'INVALID_REQUEST' : undefined);
    expect(await status).toBe(before ? 1 : 0);
  });

  it('has the unreadable one fail, the others go on, and the exit status tell', async () => {
    const { stdin, status, answers } = start(['config']);
    stdin.write(line('a'));
    expect((await answers.next()).value?.id).toBe('a');
    stdin.write('{"id": "b", \n');
    expect((await answers.next()).value?.error?.message).toMatch(/^Line 2 is not a JSON object/);
    stdin.end(line('c'));
    expect((await answers.next()).value).toMatchObject({ id: 'c', xml: expect.any(String) });
    expect(await status).toBe(1);
  });

  it.each(['standard input', 'a pipe that nobody opens', 'a pipe that nobody writes to'])(
    'is waited for until the end of the time: %s',
    async (what) => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const { status, answers } = start([
        'config',
        ...(what === 'standard input' ? [] : [pipe]),
        '--timeout',
        '0.5',
      ]);
      const writer = what.endsWith('writes to') ? createWriteStream(pipe) : undefined;
      expect((await answers.next()).value?.error).toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringMatching(/reading the requests/),
      });
      expect(await status).toBe(1);
      writer?.destroy();
    },
  );

  it('is read from a pipe by its name, as the shell makes one', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { status, answers } = start(['config', pipe]);
    const writer = createWriteStream(pipe);
    writer.write(line('a'));
    expect((await answers.next()).value?.id).toBe('a');
    writer.end(line('b'));
    expect((await answers.next()).value?.id).toBe('b');
    expect(await status).toBe(0);
  });
});

describe('in 128 MiB of heap,', () => {
  async function codesOf(args: readonly string[], write: (stdin: NodeJS.WritableStream) => Promise<void>) {
    const { stdin, status, answers } = start(args);
    const counts: Record<string, number> = {};
    const reading = (async () => {
      for await (const { error } of answers) {
        const key = error?.code ?? 'answered';
        counts[key] = (counts[key] ?? 0) + 1;
      }
    })();
    await write(stdin);
    stdin.end();
    await reading;
    return { counts, status: await status };
  }

  const repeated = (text: string, times: number) => async (stdin: NodeJS.WritableStream) => {
    for (let i = 0; i < times; i++) if (!stdin.write(text)) await once(stdin, 'drain');
  };
  const nested = '['.repeat(MiB / 2 - 1) + ']'.repeat(MiB / 2 - 1);
  const manyObjects = `{"id": [${'{},'.repeat(MiB / 3 - 8)}{}]}`;

  it.each<[string, string, number, number]>([
    ['lines of nested arrays', `${nested}\n`, 63, 63],
    ['lines of nested arrays in objects', `{"a":${nested}}\n`, 63, 63],
    ['requests of very many objects', `${manyObjects}\n`, 10, 10],
    ['lines of 3 MiB', `${'x'.repeat(3 * MiB)}\n`, 40, 40],
    ['100 000 requests of nothing', '{}\n'.repeat(1000), 100, 100_000],
  ])('%s are refused', async (_, text, times, count) => {
    const { counts, status } = await codesOf(['plan', '--timeout', '100'], repeated(text, times));
    expect(counts).toEqual({ INVALID_REQUEST: count });
    expect(status).toBe(1);
  });

  it('an array of 100 MB is answered', async () => {
    const padded = JSON.stringify({ ...request, vif: { ...request.vif, padding: 'x'.repeat(20_000) } });
    const { counts, status } = await codesOf(['config', '--timeout', '100'], async (stdin) => {
      stdin.write('[');
      await repeated(`${padded},\n`, 5_000)(stdin);
      stdin.write(`${padded}]`);
    });
    expect({ counts, status }).toEqual({ counts: { answered: 5_001 }, status: 0 });
  });
});

it('a file that cannot be read to its end is unreadable', async () => {
  await writeFile(join(folder, 'requests'), line('a'));
  const { status } = start(['config', folder]);
  expect(await status).toBe(2);
});
