import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtInPlugins } from '../../src/plugins/load-plugins.js';
import { runVif } from '../support/run-vif.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
  file = join(folder, 'vif.json');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Runs a command with a configuration file of this content. */
async function configured(content: unknown, ...args: readonly string[]) {
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return runVif(['plan', '--config', file, ...args], { stdin: '{"id": "a"}' });
}

describe('settings of a configuration file', () => {
  const settings = {
    ovsdb: 'tcp:127.0.0.1:6640',
    'sysfs-root': '/tmp/sys',
    'root-helper': 'sudo -n',
    timeout: 7,
  };

  it('take the place of the defaults, and are read as on the command line', async () => {
    const { opened, status } = await configured(settings);
    expect(status).toBe(0);
    expect(opened).toMatchObject([
      { ovsdb: 'tcp:127.0.0.1:6640', sysfsRoot: '/tmp/sys', rootHelper: ['sudo', '-n'], timeout: 7000 },
    ]);
  });

  it('name the keys for TLS, as the environment and the command line do', async () => {
    const keys = { 'ovsdb-ca': 'ca.pem', 'ovsdb-cert': 'cert.pem' };
    vi.stubEnv('VIF_OVSDB_KEY', 'key.pem');
    const given = [
      '--ovsdb',
      'ssl:127.0.0.1:6640',
      '--ovsdb-name',
      'ovs.example',
      '--ovsdb-cert',
      'other.pem',
    ];
    const { opened } = await configured(keys, ...given);
    expect(opened).toMatchObject([
      { ovsdbCa: 'ca.pem', ovsdbCert: 'other.pem', ovsdbKey: 'key.pem', ovsdbName: 'ovs.example' },
    ]);
  });

  it('may list the plugin packages', async () => {
    expect((await configured({ plugin: ['./a', '/b'] })).opened).toMatchObject([{ plugin: ['./a', '/b'] }]);
  });

  it('names one package by each text, and several only by the variable', async () => {
    expect((await configured({ plugin: ['./a b', './c'] })).opened).toMatchObject([
      { plugin: ['./a b', './c'] },
    ]);
    expect((await configured({ plugin: './a b' })).opened).toMatchObject([{ plugin: ['./a b'] }]);
    expect((await configured({ plugin: '' })).opened).toMatchObject([{ plugin: [] }]);
    expect((await configured({}, '--plugin', './a b')).opened).toMatchObject([{ plugin: ['./a b'] }]);
    vi.stubEnv('VIF_PLUGINS', ' ./a  b\n');
    expect((await configured({})).opened).toMatchObject([{ plugin: ['./a', 'b'] }]);
  });

  it('yield to the environment, and to the command line', async () => {
    vi.stubEnv('VIF_OVSDB', 'unix:/run/db.sock');
    const { opened } = await configured(settings, '--timeout', '8');
    expect(opened).toMatchObject([{ ovsdb: 'unix:/run/db.sock', timeout: 8000, sysfsRoot: '/tmp/sys' }]);
  });

  it('are read from the file that VIF_CONFIG names, too', async () => {
    await writeFile(file, '{"ovsdb": "tcp:127.0.0.1:6641"}');
    vi.stubEnv('VIF_CONFIG', file);
    expect((await runVif(['plan'], { stdin: '{"id": "a"}' })).opened).toMatchObject([
      { ovsdb: 'tcp:127.0.0.1:6641' },
    ]);
  });
});

describe("plugins' options of a configuration file", () => {
  it('go to the driver, with the file as their source', async () => {
    const plugins = { ovs: { network_device_mtu: 9000 } };
    expect((await configured({ plugins })).opened).toMatchObject([
      { pluginOptions: [{ name: file, options: plugins }] },
    ]);
  });
});

describe('a configuration file is refused, by its path,', () => {
  it.each<[string, unknown, string]>([
    ['when it is no JSON', '{', 'Cannot read the configuration file'],
    ['when it is no object', [], 'must be a JSON object'],
    ['for a setting that there is not', { ovsbd: 'x' }, "no setting 'ovsbd'"],
    ['for an option that is no setting', { format: 'json' }, "no setting 'format'"],
    ['for naming another', { config: 'x' }, "no setting 'config'"],
    ['for a setting of a wrong type', { ovsdb: ['x'] }, "'ovsdb' must be text"],
    ['for a list of words where one text belongs', { 'root-helper': ['sudo', '-n'] }, 'not a list'],
    ['for a list of what is no text', { plugin: [1] }, "'plugin' must be text"],
    ['for a setting that is no good', { timeout: 'soon' }, 'positive number of seconds'],
    ['for options that are none', { plugins: [] }, "'plugins' must be an object"],
  ])('%s', async (_, content, message) => {
    const { status, stderr, opened } = await configured(content);
    expect({ status, opened }).toEqual({ status: 2, opened: [] });
    expect(stderr).toMatch(/^vif: INVALID_OPTIONS: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(file);
  });

  it('when it is missing', async () => {
    const path = join(folder, 'none.json');
    const { status, stderr } = await runVif(['plugins', '--config', path]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^vif: INVALID_OPTIONS: Cannot read the configuration file \S+none.json: ENOENT/);
    const folderInstead = await runVif(['plugins', '--config', folder]);
    expect(folderInstead.stderr).toMatch(/: EISDIR: .*; it is a folder, so name a file in it\n$/);
  });

  it.each([
    ['a pipe that nobody writes to', '/pipe', 'TIMEOUT: The deadline passed', 1],
    ['a device without an end', '/dev/zero', 'INVALID_OPTIONS: Cannot read the configuration file', 2],
  ])('when it is %s', async (_, path, message, status) => {
    const given = path === '/pipe' ? `${folder}${path}` : path;
    execFileSync('mkfifo', [`${folder}/pipe`]);
    const ended = await runVif(['plugins', '--config', given, '--timeout', '0.2']);
    expect(ended).toMatchObject({ status, stderr: expect.stringContaining(message), stdout: '' });
  });
});

describe('files that nobody names', () => {
  const write = async (files: Readonly<Record<string, object>>) => {
    await mkdir(`${folder}/config.d`);
    for (const [name, content] of Object.entries(files)) {
      await writeFile(`${folder}/${name}`, JSON.stringify(content), { mode: 0o644 });
    }
  };
  const plan = (...args: string[]) =>
    runVif(['plan', ...args], { stdin: '{"id": "a"}', configFolder: folder });

  it.each(['.', 'config.d'])('are not passed over where their folder cannot be read: %s', async (name) => {
    const given = join(folder, 'vifkit');
    await mkdir(given);
    const unreadable = join(given, name === '.' ? '../loop' : name);
    await symlink(unreadable, unreadable);
    const configFolder = name === '.' ? unreadable : given;
    const { status, stderr, opened } = await runVif(['plan'], { stdin: '{"id": "a"}', configFolder });
    expect({ status, opened }).toEqual({ status: 2, opened: [] });
    expect(stderr).toMatch(/^vif: Cannot read the folder .*: ELOOP: .*--config ''/);
  });

  it('are config.json, and what is in config.d, of which a later one overrides an earlier one', async () => {
    await write({
      'config.json': { timeout: 5, ovsdb: 'unix:/a', plugins: { ovs: { create_bridge: false } } },
      'config.d/20.json': { ovsdb: 'unix:/c' },
      'config.d/10.json': { ovsdb: 'unix:/b', plugins: { ovs: { isolate_vif: true } } },
      'config.d/readme.txt': [],
    });
    expect((await plan()).opened).toMatchObject([
      {
        timeout: 5000,
        ovsdb: 'unix:/c',
        pluginOptions: [
          { name: `${folder}/config.json`, options: { ovs: { create_bridge: false } } },
          { name: `${folder}/config.d/10.json`, options: { ovs: { isolate_vif: true } } },
          { name: `${folder}/config.d/20.json` },
        ],
      },
    ]);
  });

  it('are not read beside one that is named, or where none is wanted', async () => {
    await write({ 'config.json': { timeout: 5 }, 'other.json': { ovsdb: 'unix:/d' } });
    expect((await plan('--config', `${folder}/other.json`)).opened).toMatchObject([
      { timeout: 30_000, ovsdb: 'unix:/d' },
    ]);
    expect((await plan('--config', '')).opened).toMatchObject([{ timeout: 30_000 }]);
  });

  it('are refused if others could write them', async () => {
    await write({ 'config.json': { plugin: '/tmp/anything.js' } });
    await chmod(`${folder}/config.json`, 0o666);
    const { status, stderr, opened } = await plan();
    expect({ status, opened }).toEqual({ status: 2, opened: [] });
    expect(stderr).toContain(`${folder}/config.json is not valid: other users can write to it`);
  });
});

describe('config-file', () => {
  const plugins = async () => [...(await builtInPlugins())];
  const check = async (text: string, ...args: string[]) => {
    await writeFile(`${folder}/config.json`, text, { mode: 0o644 });
    const { status, stdout } = await runVif(['config-file', ...args], {
      configFolder: folder,
      plugins: await plugins(),
    });
    return { status, stdout: stdout.replaceAll(folder, '') };
  };

  it('reports the line of all that is wrong', async () => {
    const lines = [
      '{',
      '  "tiemout": 3,',
      '  "timeout": "soon",',
      '  "plugins": {',
      '    "ovs": {',
      '      "network_device_mtu": 9000,',
      '      "network_device_mut": 9000',
      '    },',
      '    "ovn": {}',
      '  }',
      '}',
    ];
    const { status, stdout } = await check(lines.join('\n'));
    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^✗ .config.json:2: There is no setting 'tiemout'; did you mean 'timeout'\?/),
      expect.stringMatching(/^✗ .config.json:3: The setting 'timeout' is not valid\./),
      expect.stringMatching(/^✗ .config.json:7: .*no option 'network_device_mut'/),
      expect.stringMatching(/^✗ .config.json:9: There are options for 'ovn', but no plugin/),
    ]);
  });

  it('says how the packages are loaded that a file names', async () => {
    const file = `${folder}/vendor.json`;
    await writeFile(file, '{ "plugin": "@acme/vifkit-plugin", "plugins": { "acme": {} } }');
    const checked = await runVif(['config-file', file], { plugins: await plugins() });
    expect(checked.stdout).toMatch(/no plugin of that name; .*: vif config-file --config \S+vendor.json\n$/);
  });

  it.each([
    ['JSON with a comma too many', '{\n  "timeout": 3,\n  "ovsdb": "unix:/a",\n}', 3],
    ['JSON that breaks off', '{\n  "timeout": 3', 2],
    ['a setting that is an object', '{\n\n  "timeout": {}\n}', 3],
    ['no object', '[]', 1],
    ['a key that is there twice', '{"timeout": 3,\n  "timeout": 4}', 2],
    ['options that are null', '{"plugins": {\n  "ovs": null }}', 2],
    ['options that are text', '{"plugins": {\n  "ovs": "abc" }}', 2],
    ['options that are a list', '{"plugins": {\n  "ovs": [1] }}', 2],
    ['options that are a number', '{"plugins": {\n  "ovs": 5 }}', 2],
  ])('reports the line of %s', async (_, text, line) => {
    const { status, stdout } = await check(text, '--format', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ file: '/config.json', problems: [{ line }] });
  });

  it('finds nothing in a file that is right, and says so when there is none', async () => {
    expect(await check('{"timeout": 3, "log-level": "info"}')).toEqual({
      status: 0,
      stdout: '✓ /config.json\n',
    });
    expect((await runVif(['config-file'])).status).toBe(2);
  });
});
