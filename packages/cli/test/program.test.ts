import { EventEmitter } from 'node:events';
import { VifError } from '@vifkit/core';
import { describe, expect, it, vi } from 'vitest';
import { fakeDriver, listOf, settleAll } from './support/fake-driver.js';
import { jsonLines, runVif } from './support/run-vif.js';

const missing = {
  kind: 'link',
  name: 'tap1',
  differences: [{ attribute: 'exists', expected: true, actual: false }],
} as const;
const oneDiffers = fakeDriver({
  checkAll: settleAll(({ id }) => ({ differences: id === 'b' ? [missing] : [], timeline: [] })),
});

describe('exit status', () => {
  it('is 0 when all went well', async () => {
    const { status, stderr } = await runVif(['plan'], { stdin: jsonLines({ id: 'a' }, { id: 'b' }) });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(['config', 'plan', 'plug', 'check', 'unplug', 'show'])(
    'of %s is 1 when a request fails',
    async (name) => {
      const stdin = jsonLines({ id: 'a', refuse: 'no good' });
      const { status, stderr } = await runVif([name], { stdin });
      expect({ status, stderr }).toEqual({ status: 1, stderr: 'vif: INVALID_VIF: no good (request a)\n' });
    },
  );

  it('of check is 1 when one VIF differs', async () => {
    const stdin = jsonLines({ id: 'a' }, { id: 'b' });
    expect((await runVif(['check'], { stdin, driver: oneDiffers })).status).toBe(1);
    expect((await runVif(['check'], { stdin })).status).toBe(0);
  });

  it('is 0 without requests, and no driver is opened', async () => {
    const result = await runVif(['plug'], { stdin: '\n' });
    expect(result).toEqual({ status: 0, stdout: '', stderr: '', opened: [] });
  });

  it.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['plan', '--bogus'], "unknown option '--bogus'"],
    [['plan', '--format', 'yaml'], 'Allowed choices are json, text'],
    [['plan', '--routing', 'zed'], 'Allowed choices are newton, current'],
    [['plan', '--timeout'], 'argument missing'],
    [['plan', '--timeout', '0'], 'positive number of seconds'],
    [['plan', '--timeout', '-1'], 'positive number of seconds'],
    [['plan', '--timeout', '5s'], 'positive number of seconds'],
    [['plan', '--timeout', '0x10'], 'positive number of seconds'],
    [['plan', '--timeout', 'Infinity'], 'positive number of seconds'],
    [['plan', '--timeout', '2147484'], 'less than 2147483 seconds'],
    [['plug', '--wait', 'port.json'], 'name a file before --wait'],
    [['plug', '--wait', '0'], 'positive number of seconds'],
    [[], 'Usage: vif'],
  ])('is 2 for wrong usage: %j', async (args, message) => {
    const { status, stdout, stderr, opened } = await runVif(args, { stdin: '{}' });
    expect({ status, stdout, opened }).toEqual({ status: 2, stdout: '', opened: [] });
    expect(stderr).toContain(message);
  });

  it('is 2 for a file that cannot be read', async () => {
    const { status, stdout, stderr } = await runVif(['plug', '/nonexistent/requests.json']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^vif: Cannot read '\/nonexistent\/requests.json': ENOENT.*\n$/);
  });

  it.each([
    [2, new VifError('INVALID_OPTIONS', 'foo is no endpoint'), 'vif: INVALID_OPTIONS: foo is no endpoint\n'],
    [1, new VifError('PLUGIN_CONFLICT', 'Two of a name'), 'vif: PLUGIN_CONFLICT: Two of a name\n'],
    [1, new Error('no such luck'), 'vif: no such luck\n'],
  ])('is %i when the driver cannot be opened for %s', async (expected, error, message) => {
    const { status, stderr } = await runVif(['plan'], {
      stdin: '{}',
      openDriver: () => Promise.reject(error),
    });
    expect({ status, stderr }).toEqual({ status: expected, stderr: message });
  });
});

describe('options', () => {
  const defaults = {
    format: 'text',
    routing: 'newton',
    ovsdb: 'unix:/var/run/openvswitch/db.sock',
    sysfsRoot: '/sys',
    tapOwner: 'root',
    rootHelper: [],
    plugin: [],
    timeout: 30_000,
    undoTimeout: 10_000,
    verbose: 0,
    guests: false,
    logger: undefined,
    env: {},
  };
  const opened = async (...args: readonly string[]) => (await runVif(args, { stdin: '{"id": "a"}' })).opened;

  it('have the documented defaults', async () => {
    expect(await opened('plan')).toEqual([defaults]);
  });

  it('stand before or after the command', async () => {
    expect(await opened('--sysfs-root', '/tmp/sys', 'plan', '--ovsdb', 'tcp:127.0.0.1:6640')).toEqual([
      { ...defaults, sysfsRoot: '/tmp/sys', ovsdb: 'tcp:127.0.0.1:6640' },
    ]);
  });

  it.each([
    ['sudo -n', ['sudo', '-n']],
    ['  doas  ', ['doas']],
    ['', []],
  ])('split the root helper %j into words', async (text, rootHelper) => {
    expect(await opened('plan', '--root-helper', text)).toEqual([{ ...defaults, rootHelper }]);
  });

  it('give vendors’ tools a helper of their own', async () => {
    expect(await opened('plan', '--tool-helper', 'sudo -n')).toEqual([
      { ...defaults, toolHelper: ['sudo', '-n'] },
    ]);
  });

  it.each([
    ['5', 5000],
    ['0.25', 250],
    ['.5', 500],
    ['0.0001', 1],
  ])('take a timeout of %s seconds', async (text, timeout) => {
    expect(await opened('plan', '--timeout', text)).toEqual([{ ...defaults, timeout }]);
  });

  it('can come from the environment, which the command line overrides', async () => {
    vi.stubEnv('VIF_ROUTING', 'current');
    vi.stubEnv('VIF_OVSDB', 'unix:/run/db.sock');
    vi.stubEnv('VIF_NETNS', 'blue');
    vi.stubEnv('VIF_STATE_DIR', '/tmp/state');
    vi.stubEnv('VIF_TAP_OWNER', '107');
    vi.stubEnv('VIF_ROOT_HELPER', 'sudo');
    vi.stubEnv('VIF_TIMEOUT', '7');
    try {
      expect(await opened('plan', '--timeout', '8')).toEqual([
        {
          ...defaults,
          routing: 'current',
          ovsdb: 'unix:/run/db.sock',
          netns: 'blue',
          stateDir: '/tmp/state',
          tapOwner: '107',
          rootHelper: ['sudo'],
          timeout: 8000,
        },
      ]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it.each(['config', 'show'])('have guests configured for %s', async (name) => {
    const stdin = jsonLines({ id: 'a', vif: {} });
    expect((await runVif([name], { stdin })).opened).toEqual([{ ...defaults, guests: true }]);
  });

  it('open a log with -v', async () => {
    const [settings] = await opened('plan', '-vv');
    expect(settings?.verbose).toBe(2);
    expect(settings?.logger).toBeDefined();
  });
});

const uuid = '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502';

it.each([
  ['apply', '-', '--dry-run'],
  ['doctor', '--for', '-'],
  ['attach', 'guest', '-'],
  ['metadata', 'guest', '-'],
])('%s takes a VIF without a request, with --instance', async (...args) => {
  const stdin = jsonLines({ id: uuid, address: 'fa:16:3e:10:00:02', type: 'tap', network: {} });
  const told = async (...more: readonly string[]) => {
    const { stdout, stderr } = await runVif([...args, ...more], { stdin });
    return stdout + stderr;
  };
  expect(await told()).toContain('--instance UUID');
  expect(await told('--instance', uuid)).not.toMatch(/--instance|INVALID_REQUEST/);
});

describe('an option of other commands', () => {
  it.each([
    [['man', '--timeout', '3'], "option '--timeout <seconds>' has no effect on vif man: leave it out"],
    [
      ['--format', 'json', 'completion', 'bash'],
      "option '--format <format>' has no effect on vif completion",
    ],
    [
      ['explain', '--ovsdb', 'tcp:127.0.0.1:6640'],
      "option '--ovsdb <endpoint>' has no effect on vif explain",
    ],
    [['conformance', 'x', '--netns', 'blue'], "option '--netns <name>' has no effect on vif conformance"],
    [['list', '--undo-timeout', '3'], "option '--undo-timeout <seconds>' has no effect on vif list"],
    [['gc', '--keep-none', '--routing', 'current'], "option '--routing <rules>' has no effect on vif gc"],
    [['man', '--state-dir', '/tmp'], "option '--state-dir <dir>' has no effect on vif man"],
    [
      ['gc', '--keep-none', '--connect', 'test:///default'],
      "option '--connect <uri>' has no effect without '--keep-domains'",
    ],
    [['metadata', 'guest', '--undo-timeout', '3'], "option '--undo-timeout <seconds>' has no effect on vif"],
    [
      ['metadata', 'guest', '--routing', 'current'],
      "option '--routing <rules>' has no effect on vif metadata",
    ],
    [['doctor', '--routing', 'current'], "option '--routing <rules>' has no effect without '--for <file>'"],
    [['plan', '--ovsdb-ca', 'ca.pem'], "option '--ovsdb-ca <file>' has no effect without an endpoint ssl:"],
    [
      ['plan', '--ovsdb-name', 'ovs.example'],
      "option '--ovsdb-name <name>' has no effect without an endpoint",
    ],
    [['doctor', '--instance', uuid], "option '--instance <uuid>' has no effect without '--for <file>'"],
    [['plan', '--instance', 'x'], "option '--instance <uuid>' argument 'x' is invalid. It must be a UUID."],
  ])('is refused: %j', async (args, message) => {
    const { status, stdout, stderr, opened } = await runVif(args, { stdin: '{}' });
    expect({ status, stdout, opened }).toEqual({ status: 2, stdout: '', opened: [] });
    expect(stderr).toContain(`error: ${message}`);
  });

  it('is in none of its help', async () => {
    const { stdout } = await runVif(['list', '--help']);
    expect(stdout).toContain('--timeout');
    expect(stdout).not.toMatch(/--undo-timeout|prometheus|--routing/);
  });

  it.each([['man'], ['explain']])('may be in the environment and in files: %s', async (name) => {
    vi.stubEnv('VIF_NETNS', 'blue');
    vi.stubEnv('VIF_CONFIG', '/nonexistent/config.json');
    vi.stubEnv('VIF_CONNECT', 'test:///default');
    try {
      expect(await runVif([name])).toMatchObject({ status: 0, stderr: '' });
      vi.stubEnv('VIF_CONFIG', '');
      expect(await runVif(['gc', '--keep-none'])).toMatchObject({ status: 0, stderr: '' });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('help', () => {
  it.each([['--help'], ['help'], ['-h']])('%s names the commands, and the status is 0', async (arg) => {
    const { status, stdout } = await runVif([arg]);
    expect(status).toBe(0);
    for (const name of [
      'config',
      'plan',
      'plug',
      'check',
      'unplug',
      'show',
      'object',
      'plugins',
      'doctor',
      'host-info',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
  });

  it.each([
    [['help', 'plug'], 0, 'Usage: vif plug '],
    [['help', 'help'], 0, 'Usage: vif help '],
    [
      ['help', 'plgu'],
      2,
      "'plgu' is invalid for argument 'command'. Allowed choices are config, plan, plug,",
    ],
  ])('%j has the status %d', async (args, expected, text) => {
    const { status, stdout, stderr } = await runVif(args);
    expect(status).toBe(expected);
    expect(status === 0 ? stdout : stderr).toContain(text);
  });

  it('of a command lists the common options', async () => {
    const { status, stdout } = await runVif(['plug', '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--root-helper');
  });

  it('reports the version', async () => {
    expect(await runVif(['--version'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a call', () => {
  /** A driver whose plug ends when its call is called off. */
  const patient = (onStart: () => void) =>
    fakeDriver({
      plugAll: async (requests, options) => {
        const signal = options?.signal;
        const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
        onStart();
        await aborted;
        const { name } = Object(signal?.reason) as Error;
        return listOf(requests).map((_, index) => {
          const result = {
            ok: false as const,
            id: 'a',
            error: new VifError('ABORTED', `Called off: ${name}`),
          };
          options?.onResult?.(result, index);
          return result;
        });
      },
    });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'is aborted by %s, with status 1, and the signal is given back',
    async (name) => {
      const signals = new EventEmitter();
      const driver = patient(() => signals.emit(name, name));
      const { status, stderr } = await runVif(['plug'], { stdin: '{"id": "a"}', driver, signals });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'vif: ABORTED: Called off: Error (request a)\n',
      });
      expect(signals.listenerCount(name)).toBe(0);
    },
  );

  it('is called off at the end of the time', async () => {
    const { status, stderr } = await runVif(['plug', '--timeout', '0.01'], {
      stdin: '{"id": "a"}',
      driver: patient(() => {}),
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('TimeoutError') });
  });

  it('closes the driver whatever comes', async () => {
    const close = vi.fn(async () => {});
    const planAll = () => Promise.reject(new Error('broken'));
    await runVif(['plan'], { stdin: '{}', driver: fakeDriver({ close }) });
    const { status } = await runVif(['plan'], { stdin: '{}', driver: fakeDriver({ close, planAll }) });
    expect(status).toBe(1);
    expect(close).toHaveBeenCalledTimes(2);
  });
});
