import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isVifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { SharedLocks } from '../../src/locks/shared-locks.js';

const folder = mkdtempSync(join(tmpdir(), 'locks-'));
const namespace = readlinkSync('/proc/self/ns/net').replace(/\D/g, '');
const servers: Server[] = [];
let round = 0;
let stateDir = '';
let locks = '';

beforeEach(() => newState());
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

function newState(): void {
  stateDir = join(folder, String(round++));
  locks = join(stateDir, 'locks');
  mkdirSync(locks, { recursive: true, mode: 0o700 });
  chmodSync(stateDir, 0o700);
}

const holder = '4194303-0123456789ab';

/** What somebody who may write to the folder can put into it, at a name. */
const entries: Readonly<Record<string, (path: string) => void>> = {
  file: (path) => writeFileSync(path, 'x'),
  empty: (path) => writeFileSync(path, ''),
  folder: (path) => mkdirSync(join(path, 'below'), { recursive: true }),
  pipe: (path) => execFileSync('mkfifo', [path]),
  loop: (path) => symlinkSync(path.slice(path.lastIndexOf('/') + 1), path),
  ofNobody: (path) => symlinkSync(holder, path),
  ofInit: (path) => symlinkSync('1-00', path),
  upwards: (path) => symlinkSync('../../victim', path),
  absolute: (path) => symlinkSync('/etc/passwd', path),
  lines: (path) => symlinkSync('1-00\n\u001b[2J', path),
  long: (path) => symlinkSync('9'.repeat(4_000), path),
};

const places = [`${namespace}.a`, `${namespace}.b`, `${holder}.sock`, '1-00.sock', 'remove.0', 'x', '.sock'];

/** TIMEOUT, another code, or that it was taken; nothing else, and nothing later than asked. */
async function attempt(key: string): Promise<string> {
  const shared = new SharedLocks(stateDir);
  try {
    const free = await shared.tryAcquire(key);
    await free?.();
    await (await shared.acquire([key], new Deadline(300).signal))();
    return 'taken';
  } catch (error) {
    if (!isVifError(error)) return `NOT CODED: ${String(error)}`;
    expect(error.message).not.toMatch(/\p{Cc}/u);
    return error.code;
  } finally {
    await shared.close();
  }
}

it('locks among 300 folders with strange entries are taken, or the entry in the way is reported', async () => {
  const counts = new Map<string, number>();
  const victim = join(folder, 'victim.sock');
  writeFileSync(victim, 'not to be removed');
  const content = fc.uniqueArray(
    fc.tuple(fc.constantFrom(...places), fc.constantFrom(...Object.keys(entries))),
    {
      minLength: 1,
      maxLength: 5,
      selector: ([place]) => place,
    },
  );
  for (const each of fc.sample(content, { numRuns: 300, seed: 3 })) {
    newState();
    for (const [place, kind] of each) entries[kind]?.(join(locks, place));
    const outcome = await attempt('a');
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    expect(outcome).toMatch(/^(taken|STATE_DIRECTORY_FAILED)$/);
    const [, inTheWay] = each.find(([place]) => place === `${namespace}.a`) ?? [];
    if (inTheWay === undefined || /^of/.test(inTheWay)) expect(outcome).toBe('taken');
  }
  console.info('Folders with strange entries: 300:', Object.fromEntries(counts));
  expect([...counts.keys()].sort()).toEqual(['STATE_DIRECTORY_FAILED', 'taken']);
  expect(existsSync(victim)).toBe(true);
});

it.each(['file', 'pipe', 'folder', 'loop'])('a %s in the place of the folder is reported', async (kind) => {
  rmSync(locks, { recursive: true });
  entries[kind]?.(locks);
  expect(await attempt('a')).toMatch(/^(taken|STATE_DIRECTORY_(FAILED|UNSAFE))$/);
});

it('a socket that accepts and says nothing is waited for until the deadline, and not longer', async () => {
  const server = createServer().listen(join(locks, '1-00.sock'));
  servers.push(server);
  symlinkSync('1-00', join(locks, `${namespace}.a`));
  expect(await attempt('a')).toBe('TIMEOUT');
});

it('the message names the file that is to be removed', async () => {
  mkdirSync(join(locks, `${namespace}.a`));
  const shared = new SharedLocks(stateDir);
  await expect(shared.acquire(['a'], new Deadline(5_000).signal)).rejects.toMatchObject({
    code: 'STATE_DIRECTORY_FAILED',
    message: `${join(locks, `${namespace}.a`)} is not a lock, but has the name of one. Remove it`,
  });
  await shared.close();
});
