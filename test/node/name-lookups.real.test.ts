import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeReleases, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { vifProgram } from '../reliability/vif-process.js';

requireOwnNetwork();

/** Milliseconds. The system's own lookup takes minutes with the settings below. */
const BOUND = 20_000;

let folder: string;
const server = createSocket('udp4');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lookups-'));
  await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:30 attempts:4\n');
  await execa('ip', ['link', 'set', 'dev', 'lo', 'up']);
  server.bind(53, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `vif list` with the name server that never replies. */
function list(node: string, endpoint: string) {
  const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
  const vif = [node, vifProgram, 'list', '--ovsdb', endpoint, '--state-dir', folder, '--timeout', '2'];
  const argv = ['--mount', '--', 'sh', '-c', script, 'sh', join(folder, 'resolv.conf'), ...vif];
  return execa('unshare', argv, { reject: false, timeout: BOUND });
}

it.each([...nodeReleases()])(
  'the command ends on Node.js %s while no name server replies',
  async (_, node) => {
    const { timedOut, exitCode, stderr } = await list(node, 'tcp:ovs.example.org:6640');
    expect({ timedOut, exitCode }).toEqual({ timedOut: false, exitCode: 1 });
    expect(stderr).toContain('TIMEOUT: The deadline passed while connecting to tcp:ovs.example.org:6640');
  },
  60_000,
);

it('a name in /etc/hosts needs no name server', async () => {
  const { stderr } = await list(process.execPath, 'tcp:localhost:6640');
  expect(stderr).toContain('No OVSDB server listens at tcp:localhost:6640 (ECONNREFUSED)');
});
