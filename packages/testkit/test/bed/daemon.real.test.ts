import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from '../../src/bed/daemon.js';

let folder: string;
let daemon: Daemon | undefined;
let parent: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-'));
});
afterEach(async () => {
  parent?.kill('SIGKILL');
  await daemon?.stop();
  rmSync(folder, { recursive: true });
});

const lives = (pid: number | undefined) => pid !== undefined && existsSync(`/proc/${pid}/exe`);

/** What runs a shell's commands as a daemon, which is ready when there is the file \`ready\`. */
const running = (commands: string) => ({
  program: 'sh',
  args: ['-c', commands, 'sh', join(folder, 'ready')],
  env: process.env,
  readyFile: join(folder, 'ready'),
});

describe('a daemon', () => {
  it('runs once it has made its file, until it is stopped', async () => {
    daemon = new Daemon(running('touch "$1"; exec sleep 60'));
    await daemon.start();
    const { pid } = daemon;
    expect(lives(pid)).toBe(true);
    await daemon.stop();
    expect(lives(pid)).toBe(false);
  });

  it.each([
    ['its status and last words', 'echo no luck >&2; exit 3', /^sh ended with status 3\nno luck$/m],
    ['the signal', 'kill -9 $$', /^sh ended with SIGKILL$/m],
  ])('that ends early is reported with %s', async (_, commands, message) => {
    daemon = new Daemon(running(commands));
    await expect(daemon.start()).rejects.toThrow(message);
    expect(daemon.pid).toBeUndefined();
  });

  it('that is not installed is named', async () => {
    daemon = new Daemon({ ...running(''), program: 'no-such-daemon' });
    await expect(daemon.start()).rejects.toThrow(/no-such-daemon: No such file/);
  });

  it('ends with the process that started it, even when that is killed', async () => {
    const module = new URL('../../dist/bed/daemon.js', import.meta.url);
    const options = JSON.stringify(running('touch "$1"; exec sleep 60'));
    const script = `const { Daemon } = await import('${module}');
      const daemon = new Daemon(${options});
      await daemon.start();
      console.log(daemon.pid);
      setInterval(() => {}, 1000);`;
    parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = parent.stdout ? await once(parent.stdout, 'data') : [];
    const pid = Number(printed);
    expect(lives(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => lives(pid)).toBe(false);
  });
});
