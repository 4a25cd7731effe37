import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeNobody, type Nobody } from './nobody.js';

const run = promisify(execFile);

let user: Nobody;
let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  user = await becomeNobody();
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  await chmod(folder, 0o755);
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=us',
  ];
  await run('openssl', ['req', '-x509', ...key, '-keyout', file('key.pem'), '-out', file('cert.pem')]);
  await chmod(file('cert.pem'), 0o644);
});
afterAll(async () => {
  await user?.close();
  await rm(folder, { recursive: true });
});

/** What another user is told of Open vSwitch, with root's keys; nobody listens at the endpoint. */
async function refusal(mode: number): Promise<unknown> {
  await chmod(file('key.pem'), mode);
  const keys = [
    '--ovsdb-ca',
    file('cert.pem'),
    '--ovsdb-cert',
    file('cert.pem'),
    '--ovsdb-key',
    file('key.pem'),
  ];
  const what = ['gc', '--keep-none', '--dry-run', '--format', 'json'];
  const endpoint = ['--ovsdb', 'ssl:127.0.0.1:1', '--state-dir', file('state')];
  const { status, stdout, stderr } = await user.vif([...what, ...endpoint, ...keys]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  const errors = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { error: { code: string; message: string } }).error);
  return errors.find(({ message }) => message.includes('private key'));
}

describe("root's private key, for another user,", () => {
  it.each([0o600, 0o640])('cannot be read with mode %o, and the message says what to do', async (mode) => {
    expect(await refusal(mode)).toMatchObject({
      code: 'INVALID_OPTIONS',
      message: `The TLS private key cannot be read from '${file('key.pem')}' (EACCES): let this user read it (chgrp, chmod g+r)`,
    });
  });

  it('is refused where everybody may read it', async () => {
    expect(await refusal(0o644)).toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('everybody may read it'),
    });
  });
});
