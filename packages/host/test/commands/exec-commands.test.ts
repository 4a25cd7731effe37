import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { Deadline } from '@vifkit/engine/time';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExecCommands } from '../../src/commands/exec-commands.js';

const soon = () => new Deadline(20_000).signal;
const commands = new ExecCommands();
const shell = (script: string, signal = soon()) => commands.run(['sh', '-c', script], signal);
let folder: string;

/** Whether it runs; one that has ended and that nobody has asked about yet does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('programs', () => {
  it('end with a status, and with their last words', async () => {
    expect(await shell('echo ignored; exit 0')).toMatchObject({ exitCode: 0, stderr: '', missing: false });
    expect(await shell('echo oh no >&2; exit 3')).toMatchObject({ exitCode: 3, stderr: 'oh no\n' });
  });

  it('are given their arguments as they are: no shell looks at them', async () => {
    const file = join(folder, 'arguments');
    const odd = `a b; $(touch ${file}.hit) "c" *`;
    const script = `printf '%s' "$1" > ${file}`;
    await commands.run(['sh', '-c', script, 'sh', odd], soon());
    expect(await readFile(file, 'utf8')).toBe(odd);
  });

  it("report in English, whatever the user's language", async () => {
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    vi.stubEnv('LANGUAGE', 'de');
    const { stderr } = await shell('echo "$LC_ALL:$LANGUAGE" >&2');
    vi.unstubAllEnvs();
    expect(stderr).toBe('C.UTF-8:\n');
  });

  it('may be missing, or no programs', async () => {
    expect(await commands.run(['no-such-program-here'], soon())).toMatchObject({ missing: true });
    const file = join(folder, 'plain');
    await writeFile(file, 'not a program', { mode: 0o644 });
    expect(await commands.run([file], soon())).toMatchObject({
      exitCode: undefined,
      missing: false,
      ending: 'cannot be started (EACCES)',
    });
  });

  it('may be killed', async () => {
    expect(await shell('kill -KILL $$')).toMatchObject({
      exitCode: undefined,
      ending: 'was ended by SIGKILL',
    });
  });

  it('are ended when they flood their output', async () => {
    const result = await shell('while :; do echo flood; done >&2');
    expect(result).toMatchObject({ exitCode: undefined, ending: 'wrote too much' });
    expect(result.stderr.length).toBeLessThanOrEqual(1024 * 1024);
  });

  it('have no input to wait for', async () => {
    expect(await shell('read line; exit 4')).toMatchObject({ exitCode: 4 });
  });

  it('hold up nobody by a child that they leave behind', async () => {
    expect(await shell('echo started >&2; sleep 3 & exit 0')).toMatchObject({
      exitCode: 0,
      stderr: 'started\n',
    });
  });

  it('lose no output when this process stalls after their end', async () => {
    const ended = join(folder, 'ended');
    const run = shell(`(sleep 0.08; echo late >&2) & : > ${ended}`);
    await vi.waitUntil(() => existsSync(ended), { interval: 1 });
    await pause(20);
    await turn(); // timers come next in the event loop, and only then input
    execFileSync('sleep', ['0.5']);
    expect(await run).toMatchObject({ exitCode: 0, stderr: 'late\n' });
  });

  it('are ended when they flood their output, even if they will not', async () => {
    const stubborn = "trap '' TERM PIPE; while :; do echo flood 2>&-; done";
    expect(await shell(`${stubborn} & ${stubborn}`)).toMatchObject({
      exitCode: undefined,
      ending: 'wrote too much',
    });
  });

  it('may close their output long before they end', async () => {
    expect(await shell('exec >&- 2>&-; sleep 0.2; exit 3')).toMatchObject({ exitCode: 3, stderr: '' });
  });

  it('may say what is no text', async () => {
    const { exitCode, stderr } = await shell("printf 'a\\377\\000\\033[2Jb' >&2; exit 1");
    expect(exitCode).toBe(1);
    expect(stderr).toBe('a\ufffd\0\u001b[2Jb');
  });

  const isGone = (pid: number) => {
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  };

  it('are ended by the signal, even if they will not', async () => {
    const file = join(folder, 'pid');
    const script = `trap '' TERM; echo $$ > ${file}; while :; do sleep 0.1; done`;
    await expect(shell(script, new Deadline(200).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
    isGone(Number(await readFile(file, 'utf8')));
  });

  it('are ended by the signal with all that they started', async () => {
    const file = join(folder, 'pids');
    const child = `sh -c "trap '' TERM; while :; do sleep 0.1; done" & echo $! >> ${file}`;
    const script = `${child}; sleep 1000 & echo $! >> ${file}; touch ${file}.ready; sleep 1000`;
    const controller = new AbortController();
    const running = shell(script, controller.signal);
    await expect.poll(() => existsSync(`${file}.ready`), { timeout: 20_000 }).toBe(true);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    const pids = (await readFile(file, 'utf8')).trim().split('\n').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  });

  it('are not started once the signal has fired', async () => {
    await expect(shell(`touch ${folder}/started`, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ABORTED',
    });
    await expect(readFile(join(folder, 'started'))).rejects.toThrow(/ENOENT/);
  });

  it('are started by the root helper, if there is one', async () => {
    const helped = new ExecCommands(['env', 'HELPED=yes']);
    expect(await helped.run(['sh', '-c', 'test "$HELPED" = yes'], soon())).toMatchObject({ exitCode: 0 });
  });
});
