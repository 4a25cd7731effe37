import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as waitFor } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Deadline } from '@vifkit/engine/time';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SharedLocks } from '../../src/locks/shared-locks.js';

const soon = () => new Deadline(20_000).signal;
const compiled = fileURLToPath(new URL('../../dist/locks/shared-locks.js', import.meta.url));

const compiledPrograms = fileURLToPath(new URL('../../dist/commands/run-program.js', import.meta.url));

const stateDir = mkdtempSync(join(tmpdir(), 'locks-'));
const locks = new SharedLocks(stateDir);
const children: ChildProcess[] = [];
let used = 0;
const fresh = () => `test:${used++}`;
const files = () => readdirSync(join(stateDir, 'locks'));

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await locks.close();
  rmSync(stateDir, { recursive: true });
});

/** A program of another process that has locks; it says something, and what it says is the answer. */
async function otherProcess(program: string, ...args: readonly string[]): Promise<ChildProcess> {
  const script = `
    import { existsSync } from 'node:fs';
    import { SharedLocks } from ${JSON.stringify(compiled)};
    const locks = new SharedLocks(process.argv[1]);
    const { signal } = new AbortController();
    const keepAlive = setInterval(() => {}, 1_000);
    ${program}`;
  const argv = ['--input-type=module', '--eval', script, stateDir, ...args];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const holding = (key: string) =>
  otherProcess("await locks.acquire([process.argv[2]], signal); console.log('held');", key);

describe('locks', () => {
  it('are held by one at a time', async () => {
    const key = fresh();
    const order: string[] = [];
    const release = await locks.acquire([key], soon());
    const second = locks.acquire([key], soon()).then(async (releaseSecond) => {
      order.push('second');
      await releaseSecond();
    });
    await (await locks.acquire([fresh()], soon()))();
    order.push('first releases');
    await release();
    await second;
    expect(order).toEqual(['first releases', 'second']);
  });

  it('pass through many hands', async () => {
    const key = fresh();
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const release = await locks.acquire([key], soon());
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        await release();
      }),
    );
    expect(most).toBe(1);
  });

  it('are taken together by calls that want them in different order', async () => {
    const [a, b] = [fresh(), fresh()];
    const take = async (keys: string[]) => (await locks.acquire(keys, soon()))();
    await Promise.all([take([a, b]), take([b, a]), take([a, b]), take([b, a, a])]);
    expect(files().filter((name) => name.includes(encodeURIComponent(a)))).toEqual([]);
  });

  it('are given up by the signal, and none is kept', async () => {
    const [a, b] = [fresh(), fresh()];
    const release = await locks.acquire([b], soon());
    await expect(locks.acquire([a, b], new Deadline(20).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(locks.acquire([a], AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    await (await locks.acquire([a], soon()))();
    await release();
    await (await locks.acquire([b], soon()))();
  });

  it('are taken though somebody tidied up the link that they are names of', async () => {
    for (const name of files().filter((each) => each.endsWith('.link')))
      rmSync(join(stateDir, 'locks', name));
    const key = fresh();
    const release = await locks.tryAcquire(key);
    expect(await locks.tryAcquire(key)).toBeUndefined();
    await release?.();
  });

  it('are taken without waiting, or not at all', async () => {
    const key = fresh();
    const release = await locks.tryAcquire(key);
    expect(await locks.tryAcquire(key)).toBeUndefined();
    await release?.();
    const again = await locks.tryAcquire(key);
    expect(again).toBeDefined();
    await again?.();
  });

  it.each([
    ['very long', 'x'.repeat(1_000)],
    ['a path', '../../etc/passwd'],
    ['of any text', 'ä\n*'],
  ])('have keys that are %s', async (_, key) => {
    const release = await locks.acquire([key], soon());
    expect(await locks.tryAcquire(key)).toBeUndefined();
    await release();
  });

  it('are let go of by closing, and with them the socket and the link', async () => {
    const other = new SharedLocks(stateDir);
    const key = fresh();
    await other.acquire([key], soon());
    const before = files().length;
    const waiting = locks.acquire([key], soon());
    await other.close();
    await (await waiting)();
    expect(files().length).toBe(before - 3);
    expect(await other.tryAcquire(key)).toBeDefined(); // it is opened again when it is needed
    await other.close();
  });
});

describe('locks that are waited for when their host is closed', () => {
  it('are not taken: the directory may have been replaced by then', async () => {
    const key = fresh();
    const child = await otherProcess(
      "const release = await locks.acquire([process.argv[2]], signal); console.log('held'); process.stdin.once('data', release);",
      key,
    );
    const [closing, other] = [new SharedLocks(stateDir), new SharedLocks(stateDir)];
    const waiting = closing.acquire([key], soon()).catch((error: unknown) => error);
    await waitFor(50);
    await closing.close();
    await (await other.acquire([fresh()], soon()))(); // has the descriptor of the closed one
    child.stdin?.write('release');
    expect(await waiting).toMatchObject({ code: 'ABORTED' });
    await (await other.acquire([key], soon()))();
    await other.close();
  });
});

describe('a state directory that is removed', () => {
  it('is opened anew once nothing is held in it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'locks-'));
    const mine = new SharedLocks(directory);
    const release = await mine.acquire(['held'], soon());
    rmSync(directory, { recursive: true });
    await expect(mine.acquire(['key'], soon())).rejects.toMatchObject({ code: 'STATE_DIRECTORY_FAILED' });
    await release();
    const releases = await Promise.all(['a', 'b', 'c'].map((key) => mine.acquire([key], soon())));
    const others = new SharedLocks(directory);
    expect(await others.tryAcquire('a')).toBeUndefined();
    await others.close();
    for (const each of releases) await each();
    await mine.close();
    expect(readdirSync(join(directory, 'locks'))).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});

describe('locks of another process', () => {
  it('keep this one out, and report who has held them since when', async () => {
    const key = fresh();
    const began = new Date(Date.now() - 60_000).toISOString();
    const child = await holding(key);
    expect(await locks.tryAcquire(key)).toBeUndefined();
    const error = await locks.acquire([key], new Deadline(50).signal).catch((reason: Error) => reason);
    const [, pid, uid, since = ''] =
      /the lock on test:\d+, which process (\d+) of user (\d+) has held since (\S+)$/.exec(
        (error as Error).message,
      ) ?? [];
    expect([pid, uid]).toEqual([String(child.pid), String(process.getuid?.())]);
    expect(since > began && since <= new Date().toISOString()).toBe(true);
  });

  it('end with it, at once for those who wait', async () => {
    const [waitedFor, lookedAt] = [fresh(), fresh()];
    const child = await otherProcess(
      "await locks.acquire(process.argv.slice(2), signal); console.log('held');",
      waitedFor,
      lookedAt,
    );
    const waiting = locks.acquire([waitedFor], soon());
    child.kill('SIGKILL');
    await (await waiting)();
    const release = await locks.tryAcquire(lookedAt);
    expect(release).toBeDefined();
    await release?.();
    expect(files().filter((name) => name.startsWith(`${child.pid}-`))).toEqual([]);
  });

  describe('that was killed', () => {
    /** Holds a lock, and runs a program that says when it is about to end. */
    const working = (key: string, log: string) =>
      otherProcess(
        `import { runProgram } from ${JSON.stringify(compiledPrograms)};
        await locks.acquire([process.argv[2]], signal);
        void runProgram(['sh', '-c', 'echo begins >>$0; sleep 0.4; echo ends >>$0', process.argv[3]], { signal, doing: '' });
        while (!existsSync(process.argv[3])) await new Promise((resolve) => setTimeout(resolve, 5));
        console.log('held');`,
        key,
        log,
      );

    it.each([
      ['whoever waits', (key: string) => locks.acquire([key], soon())],
      ['whoever asks', (key: string) => locks.tryAcquire(key)],
    ])('are had by %s only when its programs have ended too', async (_, take) => {
      const [key, log] = [fresh(), join(stateDir, `log-${used}`)];
      const child = await working(key, log);
      const waiting = take(key);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const release = await ((await waiting) ?? take(key));
      expect(readFileSync(log, 'utf8')).toBe('begins\nends\n');
      await release?.();
    });

    it('are waited for until the deadline, and the error says for what', async () => {
      const [key, log] = [fresh(), join(stateDir, `log-${used}`)];
      const child = await working(key, log);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await expect(locks.acquire([key], new Deadline(50).signal)).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringContaining(
          `waiting for the programs of process ${child.pid}, which ended while it held`,
        ),
      });
      await (await locks.acquire([key], soon()))();
    });
  });

  it('leave no file behind when it ends without closing them', async () => {
    const child = await otherProcess("await locks.tryAcquire('x'); console.log('held'); process.exit(0);");
    if (child.exitCode === null) await once(child, 'exit');
    expect(files().filter((name) => name.startsWith(`${child.pid}-`))).toEqual([]);
    await (await locks.acquire(['x'], soon()))();
  });

  it('are taken over from the dead by one of many', async () => {
    const [PROCESSES, ROUNDS] = [4, 150];
    const key = fresh();
    // Each marks that it is inside, and now and then leaves the lock behind as a process does that is killed.
    const taking = `
      import { symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
      const [, folder, key, link, index] = process.argv;
      console.log('ready');
      for (let i = 0; i < ${ROUNDS}; i++) {
        const release = await locks.acquire([key], signal);
        try {
          writeFileSync(folder + '/inside', '', { flag: 'wx' });
        } catch {
          console.log('another is inside');
        }
        await new Promise((resolve) => setImmediate(resolve));
        unlinkSync(folder + '/inside');
        await release();
        if (i % 10 === Number(index)) {
          try {
            symlinkSync('999999-dead', folder + '/locks/' + link);
          } catch {}
        }
      }
      console.log('done');
      await locks.close();
      process.exit(0);`;
    const release = await locks.acquire([key], soon());
    const link = files().find((name) => name.endsWith(encodeURIComponent(key))) ?? '';
    await release();
    const said = await Promise.all(
      Array.from({ length: PROCESSES }, async (_, i) => {
        const { stdout } = await otherProcess(taking, key, link, String(i));
        return stdout ? (await text(stdout)).trim() : '';
      }),
    );
    expect(said).toEqual(Array(PROCESSES).fill('done'));
    await (await locks.acquire([key], soon()))();
    expect(files().filter((name) => name.startsWith('remove.') || name === link)).toEqual([]);
  });
});

describe('a state directory that cannot be used', () => {
  it('is reported, and asked again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'locks-'));
    const other = new SharedLocks(folder);
    chmodSync(folder, 0o777);
    await expect(other.acquire(['a'], soon())).rejects.toMatchObject({ code: 'STATE_DIRECTORY_UNSAFE' });
    await expect(other.tryAcquire('a')).rejects.toMatchObject({ code: 'STATE_DIRECTORY_UNSAFE' });
    chmodSync(folder, 0o700);
    await (await other.acquire(['a'], soon()))();
    await other.close();
    rmSync(folder, { recursive: true });
  });
});
