import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request, vif } from '../support/requests.js';
import { jsonLines } from '../support/run-vif.js';
import { spawnVif } from '../support/spawn-vif.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
  file = join(folder, 'vif.json');
});
afterEach(() => rm(folder, { recursive: true }));

describe('an option of a plugin', () => {
  const meta = { should_create_bridge: true };
  const network = { ...vif.network, bridge: 'br100', meta };
  const stdin = jsonLines({
    ...request,
    vif: { ...vif, type: 'bridge', details: { port_filter: true }, network },
  });

  /** The links of the plan, the last of which is the uplink that the options name. */
  async function planned(env: NodeJS.ProcessEnv) {
    const args = ['plan', '--format', 'json', '--config', file];
    const { stdout } = await spawnVif(args, { stdin, env: { ...process.env, ...env } });
    const { steps } = JSON.parse(stdout) as { steps: { kind: string; name: string }[] };
    return steps.filter(({ kind }) => kind === 'link').map(({ name }) => name);
  }

  it('from a file goes into the plan, and the environment overrides it', async () => {
    await writeFile(file, JSON.stringify({ plugins: { linux_bridge: { flat_interface: 'lo' } } }));
    expect(await planned({})).toContain('lo');
    expect(await planned({ VIF_LINUX_BRIDGE_FLAT_INTERFACE: 'null' })).not.toContain('lo');
  });

  it('that is invalid is wrong usage of each command, by the name of its variable', async () => {
    const env = { ...process.env, VIF_OVS_NETWORK_DEVICE_MTU: '1' };
    for (const args of [['config'], ['plugins'], ['host-info']]) {
      const { status, stdout, stderr } = await spawnVif(args, { stdin, env });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^vif: INVALID_OPTIONS: .*\(from VIF_OVS_NETWORK_DEVICE_MTU\)\n$/);
    }
  });
});

it('the owner of taps has to be a user of this host', async () => {
  const env = { ...process.env, VIF_TAP_OWNER: 'no-such-user' };
  expect(await spawnVif(['plan'], { stdin: jsonLines(request), env })).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^vif: INVALID_OPTIONS: .*'no-such-user'/),
  });
  const named = await spawnVif(['plan', '--tap-owner', 'nobody'], { stdin: jsonLines(request), env });
  expect(named.stderr).not.toContain('INVALID_OPTIONS');
});

it('the file has settings of the command, too', async () => {
  await writeFile(file, '{"ovsdb": "nowhere"}');
  const env = { ...process.env, VIF_CONFIG: file };
  expect(await spawnVif(['plan'], { stdin: jsonLines(request), env })).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^vif: INVALID_OPTIONS: .*nowhere/),
  });
});
