import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request, vif } from '../support/requests.js';
import { jsonLines } from '../support/run-vif.js';
import { bin, ended } from '../support/spawn-vif.js';

/** More output than a pipe holds. */
const many = jsonLines(...Array.from({ length: 500 }, (_, i) => ({ ...request, id: `port-${i}`, vif })));

describe('an output that cannot be written', () => {
  it('is no failure when its reader went away', async () => {
    const child = spawn(process.execPath, [bin, 'config']);
    child.stdout.destroy();
    child.stdin.end(many);
    const [stderr, status] = await Promise.all([text(child.stderr), ended(child)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('is one when the disk is full', async () => {
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [bin, 'config'], { stdio: ['pipe', full.fd, 'pipe'] });
    await full.close();
    const { stdin, stderr } = child;
    if (!stdin || !stderr) throw new Error('These are pipes');
    stdin.end(many);
    const [complaint, status] = await Promise.all([text(stderr), ended(child)]);
    expect({ status, complaint }).toEqual({
      status: 1,
      complaint: expect.stringMatching(/^vif: Cannot write the output: .*ENOSPC.*\n$/),
    });
  });
});

/** Runs a program at a terminal, which is closed at the end of the input, and tells how the program ended. */
const terminalProgram = `
import os, pty, sys
child, terminal = pty.fork()
if child == 0: os.execvp(sys.argv[1], sys.argv[1:])
sys.stdin.read()
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

describe('a call under way', () => {
  let dir: string;
  let silent: Server;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vif-cli-'));
    // An OVSDB server that takes connections, and never says a word.
    silent = createServer((socket) => socket.on('error', () => {}).resume());
    silent.listen(join(dir, 'db.sock'));
    await once(silent, 'listening');
  });
  afterEach(async () => {
    silent.close();
    await rm(dir, { recursive: true });
  });

  const plan = (...args: readonly string[]) => {
    const endpoint = `unix:${join(dir, 'db.sock')}`;
    const child = spawn(process.execPath, [bin, 'plan', '--format', 'json', '--ovsdb', endpoint, ...args]);
    child.stdin.end(jsonLines(request));
    return child;
  };

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is called off by %s, with an answer and status 1',
    async (signal) => {
      const child = plan();
      await once(silent, 'connection');
      child.kill(signal);
      const [stdout, status] = await Promise.all([text(child.stdout), ended(child)]);
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ id: 'port-1', error: { code: 'ABORTED' } });
    },
  );

  it.each([
    ['all', []],
    ['standard input', ['sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh']],
  ])('ends without a core when its terminal is gone: %s', async (_, before) => {
    const endpoint = `unix:${join(dir, 'db.sock')}`;
    await writeFile(join(dir, 'request.json'), jsonLines(request));
    const args = [process.execPath, bin, 'plan', '--ovsdb', endpoint, join(dir, 'request.json')];
    const terminal = spawn('python3', ['-c', terminalProgram, ...before, ...args]);
    await once(silent, 'connection');
    terminal.stdin.end();
    expect(await text(terminal.stdout)).toBe('-1\n'); // by SIGHUP, and not by SIGABRT
  });

  it('is called off at the end of its time', async () => {
    const child = plan('--timeout', '0.5');
    const [stdout, status] = await Promise.all([text(child.stdout), ended(child)]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'port-1', error: { code: 'TIMEOUT' } });
  });
});

it('starts programs although its folder has been removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
  const command = `cd ${folder} && rmdir ${folder} && exec "$@"`;
  const child = spawn('sh', [
    '-c',
    command,
    'sh',
    process.execPath,
    bin,
    'metadata',
    'test',
    '-',
    '--connect',
    'test:///default',
  ]);
  child.stdin.end('');
  const [stderr, status] = await Promise.all([text(child.stderr), ended(child)]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
