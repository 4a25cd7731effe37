import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromPrimitive, type HostInfo } from '@vifkit/core/os-vif';
import { expect, it } from 'vitest';
import { bin, spawnVif } from '../support/spawn-vif.js';

it('reports its version', async () => {
  expect(await spawnVif(['--version'])).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

it('runs by a link to it, as package managers make one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vif-cli-'));
  try {
    await symlink(bin, join(dir, 'vif'));
    const { stdout } = await promisify(execFile)(join(dir, 'vif'), ['--version']);
    expect(stdout).toMatch(/^\d/);
  } finally {
    await rm(dir, { recursive: true });
  }
});

it.each([['--help'], ['plug --help'], ['help']])('helps with %s', async (args) => {
  const { status, stdout, stderr } = await spawnVif(args.split(' '));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('Usage: vif');
});

it.each([
  [[], 'Usage: vif'],
  [['frobnicate'], "unknown command 'frobnicate'"],
  [['plug', '--force'], "unknown option '--force'"],
  [['plug', '--format', 'xml'], '--format'],
  [['plug', '--timeout', 'soon'], '--timeout'],
  [['plug', '/nonexistent/requests.json'], 'ENOENT'],
  [['plug', '/'], 'EISDIR'],
])('refuses %j with status 2', async (args, message) => {
  const { status, stdout, stderr } = await spawnVif(args, { stdin: '{}' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ {4}at /m);
});

it('refuses an endpoint that is none with status 2', async () => {
  const { status, stderr } = await spawnVif(['plan', '--ovsdb', 'nowhere'], { stdin: '{}' });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^vif: INVALID_OPTIONS: /) });
});

it.each(['', '\n\r\n'])('has nothing to do for the input %j', async (stdin) => {
  expect(await spawnVif(['plug'], { stdin })).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('lists the plugins that it comes with', async () => {
  const { status, stdout } = await spawnVif(['plugins', '--format', 'json']);
  expect(status).toBe(0);
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name?: string; type?: string });
  expect(listed.map(({ name, type }) => name ?? type)).toEqual(
    expect.arrayContaining(['linux_bridge', 'ovs', 'noop', 'tap']),
  );
});

it('reports which VIFs its plugins take', async () => {
  const { status, stdout } = await spawnVif(['host-info', '--format', 'json']);
  expect(status).toBe(0);
  const { plugin_info } = fromPrimitive(JSON.parse(stdout)) as HostInfo;
  const names = plugin_info.map(({ plugin_name }) => plugin_name);
  expect(names).toEqual(expect.arrayContaining(['linux_bridge', 'ovs', 'noop']));
});

it('reports what this host lacks, each with its remedy', async () => {
  const given = ['--format', 'json', '--ovsdb', 'unix:/nonexistent/db.sock'];
  const { status, stdout, stderr } = await spawnVif(['doctor', ...given]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  const diagnoses = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(diagnoses).toContainEqual({
    package: '@vifkit/plugin-ovs-hybrid',
    role: 'plugin',
    name: 'ovs',
    lacks: [
      {
        kind: 'ovsdb',
        name: 'Open vSwitch',
        problem: expect.stringContaining('unix:/nonexistent/db.sock'),
        remedy: 'Open vSwitch comes from openvswitch-switch',
      },
    ],
  });
});
