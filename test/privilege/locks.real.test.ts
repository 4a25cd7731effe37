import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeNamespace, type Namespace, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { becomeNobody, type Nobody } from './nobody.js';

requireOwnNetwork();

const compiled = fileURLToPath(new URL('../../packages/host/dist/locks/shared-locks.js', import.meta.url));

let namespace: Namespace;
let folder: string;
let nobody: Nobody;

beforeAll(async () => {
  namespace = await makeNamespace();
  nobody = await becomeNobody();
  folder = mkdtempSync(join(tmpdir(), 'nobody-'));
  // The folder above may be entered: what keeps others out is the state directory's own mode.
  await execa('chmod', ['755', folder]);
});
afterAll(async () => {
  await namespace?.close();
  await nobody?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What another user tries, while an agent holds a lock whose link and socket it knows the names of. */
const attack = `
  const { readdirSync, symlinkSync } = require('node:fs');
  const { connect } = require('node:net');
  const [, locks, socket, link] = process.argv;
  const tell = (what, work) => {
    try {
      work();
      console.log(what + ': done');
    } catch (error) {
      console.log(what + ': ' + error.code);
    }
  };
  tell('list', () => readdirSync(locks));
  tell('take', () => symlinkSync('1-beef', locks + '/' + link + '1'));
  const ends = Array.from({ length: 3000 }, () => new Promise((resolve) => {
    connect(locks + '/' + socket).on('connect', () => resolve('done')).on('error', ({ code }) => resolve(code));
  }));
  Promise.all(ends).then((all) => console.log('connect: ' + [...new Set(all)].join()));`;

it('another user can neither take a lock, nor open connections to an agent that holds one', async () => {
  const stateDir = join(folder, 'state');
  const holding = `
    import { readdirSync } from 'node:fs';
    import { SharedLocks } from ${JSON.stringify(compiled)};
    const locks = new SharedLocks(process.argv[1]);
    await locks.acquire(['vif:a'], new AbortController().signal);
    console.log(readdirSync(process.argv[1] + '/locks').sort().join(' '));
    process.stdin.on('data', async () => {
      const release = await locks.tryAcquire('vif:b');
      console.log(release ? 'goes on' : 'does not');
    });`;
  const enter = ['--target', String(namespace.pid), '--net', '--', process.execPath];
  const agent = spawn('nsenter', [...enter, '--input-type=module', '--eval', holding, stateDir]);
  try {
    const [names] = await once(agent.stdout, 'data');
    const [socket = '', link = ''] = String(names)
      .trim()
      .split(' ')
      .sort((a) => (a.endsWith('.sock') ? -1 : 1));
    const argv = [nobody.node, '--eval', attack, join(stateDir, 'locks'), socket, link];
    const { stdout } = await nobody.run(argv);
    expect(stdout.trim().split('\n')).toEqual(['list: EACCES', 'take: EACCES', 'connect: EACCES']);
    agent.stdin.write('?');
    const [answer] = await once(agent.stdout, 'data');
    expect(String(answer)).toBe('goes on\n');
  } finally {
    agent.kill('SIGKILL');
  }
});
