import { describe, expect, it } from 'vitest';
import { request, vif } from '../support/requests.js';
import { jsonLines } from '../support/run-vif.js';
import { spawnVif } from '../support/spawn-vif.js';

/** Nothing of a host can be reached from here: no program, and no OVSDB server. */
const env = { PATH: '/nonexistent' };
const nowhere = ['--ovsdb', 'unix:/nonexistent/db.sock'];

const parseLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

const withVif = (fields: object) => ({ ...request, vif: { ...vif, ...fields } });

describe('config', () => {
  it('prints the XML alone', async () => {
    const { status, stdout, stderr } = await spawnVif(['config', ...nowhere], {
      stdin: jsonLines(request),
      env,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^<interface type="bridge">\n {2}<mac address="fa:16:3e:c0:7c:00"\/>\n[\s\S]*<\/interface>\n$/,
    );
  });

  it('prints the XML in a line of JSON', async () => {
    const text = await spawnVif(['config'], { stdin: jsonLines(request), env });
    const stdin = JSON.stringify(request, null, 2);
    const { status, stdout } = await spawnVif(['config', '-', '--format', 'json', ...nowhere], {
      stdin,
      env,
    });
    expect(status).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({ id: 'port-1', path: 'os-vif', plugin: 'ovs', xml: text.stdout });
  });

  it('answers the others when a line is no request', async () => {
    const stdin = `nonsense\n${jsonLines(request)}{"id": "port-2"}\n`;
    const { status, stdout } = await spawnVif(['config', '--format', 'json'], { stdin, env });
    expect(status).toBe(1);
    expect(parseLines(stdout)).toEqual([
      { id: null, error: expect.objectContaining({ code: 'INVALID_REQUEST' }) },
      expect.objectContaining({ id: 'port-1', xml: expect.any(String) }),
      { id: 'port-2', error: expect.objectContaining({ code: 'INVALID_REQUEST' }) },
    ]);
  });
});

describe('bad requests', () => {
  const { address, ...withoutAddress } = vif;
  const badNames = ['a\nlink del lo', 'a b', 'a/b', 'sixteen-letters0', '-a', '.', '', 'a\0'];
  const named = (name: string, key: string) => `${key} ${JSON.stringify(name)}`;
  const refusals: readonly [what: string, bad: object, code: string][] = [
    ...badNames.map((devname): [string, object, string] => {
      return [named(devname, 'devname'), withVif({ devname }), 'INVALID_VIF'];
    }),
    ...badNames.map((bridge): [string, object, string] => {
      return [named(bridge, 'bridge'), withVif({ network: { ...vif.network, bridge } }), 'INVALID_VIF'];
    }),
    ['short MAC address', withVif({ address: 'fa:16:3e' }), 'INVALID_VIF'],
    ['MAC address with a newline', withVif({ address: `${address}\n` }), 'INVALID_VIF'],
    ['no MAC address', { ...request, vif: withoutAddress }, 'INVALID_VIF'],
    ['VIF id that is no UUID', withVif({ id: '../../etc' }), 'INVALID_VIF'],
    ['no instance', { vif }, 'INVALID_REQUEST'],
    ['no VIF', { instance: request.instance }, 'INVALID_REQUEST'],
  ];
  const stdin = jsonLines(...refusals.map(([id, bad]) => ({ ...bad, id })));

  it.each(['config', 'plan', 'plug', 'check', 'unplug', 'show'])(
    'are refused by %s before anything on the host is touched',
    async (command) => {
      const { status, stdout, stderr } = await spawnVif([command, '--format', 'json', ...nowhere], {
        stdin,
        env,
      });
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
      expect(parseLines(stdout)).toEqual(
        refusals.map(([id, , code]) => ({ id, error: expect.objectContaining({ code }) })),
      );
    },
  );

  it('is reported on standard error in text mode', async () => {
    const stdin = jsonLines(withVif({ address: 'x' }));
    const { status, stdout, stderr } = await spawnVif(['plug', ...nowhere], { stdin, env });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^vif: INVALID_VIF: .*address.*\n$/);
  });
});

it('a good request does reach for the host, and says what is missing', async () => {
  const args = ['plug', '--format', 'json', ...nowhere];
  const { status, stdout } = await spawnVif(args, { stdin: jsonLines(request), env });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    id: 'port-1',
    error: expect.objectContaining({
      code: 'PLUG_FAILED',
      cause: expect.objectContaining({
        code: expect.stringMatching(/^(COMMAND_NOT_FOUND|OVSDB_UNREACHABLE)$/),
      }),
    }),
  });
});

it('logs with -v, to standard error', async () => {
  const { stdout, stderr } = await spawnVif(['plug', '-v', '--format', 'json', ...nowhere], {
    stdin: jsonLines(request),
    env,
  });
  expect(stdout.trim().split('\n')).toHaveLength(1);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toContainEqual(expect.objectContaining({ level: 'error', priority: 3, request: 'port-1' }));
});
