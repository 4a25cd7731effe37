import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPlugins, optionSources } from '../src/plugins/load-plugins.js';
import { run } from '../src/program.js';
import { MemoryOutput } from './support/memory-output.js';

const id = '29755d96-99aa-4b1f-8f3e-3a1d2c4b5e6f';
const uuid = '7d9f2f0e-0c5b-4c69-9a55-5f2f5d0e7c11';
const network = { id: '11f2c1de-6d4c-4a3f-9d0e-0a9b8c7d6e5f', bridge: 'br-int', meta: { mtu: 1450 } };
const vif = {
  id,
  devname: 'tap29755d96-99',
  address: 'fa:16:3e:c0:7c:00',
  type: 'ovs',
  details: { ovs_hybrid_plug: true },
  network,
};
const request = { vif, instance: { uuid } };
const port = {
  id,
  mac_address: 'fa:16:3e:c0:7c:00',
  network_id: network.id,
  device_id: uuid,
  status: 'DOWN',
  binding_vif_type: 'ovs',
  binding_vnic_type: 'normal',
  binding_vif_details: { ovs_hybrid_plug: true, bridge_name: 'br-int' },
  binding_profile: {},
};
const json = JSON.stringify(request);

const folder = mkdtempSync(join(tmpdir(), 'vif-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'ports'));
const file = (name: string, text: string | Uint8Array) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const good = file('port.json', json);

/** Runs a command line with the plugins that `vif` comes with, on a host in memory. */
async function vifOn(args: readonly string[], stdin: string | Uint8Array = '', isTTY = false) {
  const [stdout, stderr] = [new MemoryOutput(), new MemoryOutput()];
  const host = memoryHost({ links: [{ name: 'eth0' }], ovsBridges: ['br-int'] });
  const status = await run(args, {
    stdin: () => Object.assign(once(stdin), { isTTY }),
    stdout,
    stderr,
    signals: new EventEmitter(),
    env: {},
    ownFile: (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'),
    openDriver: async (settings) => {
      const plugins = await loadPlugins(settings);
      const options = await optionSources(settings, {}, plugins);
      const { routing } = settings;
      return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, options, routing });
    },
    openCommands: async () => ({
      run: async () => ({ exitCode: undefined, stdout: '', stderr: '', missing: true }),
    }),
    plugins: loadPlugins,
    examineHost: async (requirements) => requirements.map(() => undefined),
  });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

async function* once(text: string | Uint8Array) {
  yield text;
}

/** What is wrong, what is typed, what standard input has, and what of the message holds the cure. */
type Mistake = readonly [what: string, args: readonly string[], stdin: unknown, cure: RegExp];

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const withVif = (changes: object) => ({ ...request, vif: { ...vif, ...changes } });

const misused: readonly Mistake[] = [
  [
    'a request of apply without an id',
    ['apply'],
    { vif: { type: 'tap' } },
    /Line 1 has no VIF with an id: give it vif\.id\. Nothing is changed/,
  ],
  ['a command misspelt', ['plgu', good], '', /unknown command 'plgu'\n\(Did you mean plug\?\)/],
  ['the command of another tool', ['delete', good], '', /\(Did you mean unplug\?\)/],
  ['no command, but a file', [good], '', /Specify what to do with the file, as in: vif plan/],
  ['a command that there is not', ['frobnicate'], '', /vif --help lists the commands/],
  ['an option misspelt', ['plug', '--timeuot', '3', good], '', /\(Did you mean --timeout\?\)/],
  ['an option of another command', ['unplug', '--keep-none', good], '', /unknown option '--keep-none'/],
  ['a format that there is not', ['plan', '--format', 'yaml', good], '', /Allowed choices are json, text/],
  ['a time in words', ['plan', '--timeout', '30s', good], '', /must be a positive number of seconds/],
  ['an option without its value', ['plan', good, '--ovsdb'], '', /'--ovsdb <endpoint>' argument missing/],
  ['a file that is not there', ['plan', '/nowhere.json'], '', /Cannot read '\/nowhere\.json': ENOENT/],
  [
    'the id of a port for a file',
    ['plan', id],
    '',
    /is plugged on this host: vif list shows those that are, or name a file/,
  ],
  ['a request for a file', ['plan', json], '', /looks like a request itself: pass it on standard input/],
  ['a glob in quotes', ['plan', `${folder}/*.jsn`], '', /leave out the quotes/],
  [
    'a folder for a file',
    ['plan', join(folder, 'ports')],
    '',
    /it is a folder, so name its files, as in FOLDER\/\*\.json/,
  ],
  [
    'a configuration file that is not there',
    ['plan', '--config', '/nowhere.json', good],
    '',
    /configuration file \/nowhere\.json.*ENOENT/,
  ],
  ['gc without a list', ['gc'], '', /--keep FILE, .*--keep-none/],
  ['gc with an empty list', ['gc', '--keep', '-'], '', /is empty; to keep none, use --keep-none/],
  ['gc with a list of names', ['gc', '--keep', '-'], 'guest-1\n', /The list of VIFs to keep is not valid/],
  ['a code of errors misspelt', ['explain', 'LINK_BUSSY'], '', /did you mean LINK_BUSY\?/],
  [
    'a file for the doctor',
    ['doctor', 'a.json'],
    '',
    /There is no plugin or VIF type 'a\.json'; `vif plugins` lists/,
  ],
];

const failed: readonly Mistake[] = [
  ['text that is no JSON', ['plan'], 'hello world\n', /Line 1 is not a JSON object/],
  ['JSON that breaks off', ['plan'], '{"vif": {', /Line 1 is not a JSON object/],
  ['a mistake in line 2', ['plan'], `${json}\n{"vif": \n`, /Line 2 is not a JSON object/],
  [
    'a mistake in the second file',
    ['plan', good, file('bad.json', '[1]')],
    '',
    /bad\.json: Element 1 of the array.*not a JSON object/,
  ],
  [
    'YAML with a tab',
    ['plan'],
    'vif:\n\tid: x\n',
    /Document 1 of the YAML cannot be read: Tabs are not allowed.*line 2/,
  ],
  [
    'a VIF alone',
    ['plan'],
    vif,
    /is a VIF without an instance\. Give the UUID of its instance: --instance UUID, or \{"vif"/,
  ],
  [
    'an os-vif object alone',
    ['plan'],
    { 'versioned_object.name': 'VIFBridge', 'versioned_object.data': { id } },
    /--instance UUID/,
  ],
  ['a list of VIFs without a guest', ['plan'], [vif], /--instance UUID/],
  [
    'a row of the table without its guest',
    ['plan'],
    { network_info: JSON.stringify([vif]) },
    /without instance_uuid\. Give the UUID of the instance: --instance/,
  ],
  [
    'a row of the table that is cut off',
    ['plan'],
    { network_info: '[{"id"', instance_uuid: uuid },
    /its network_info is not a list of VIFs/,
  ],
  [
    'a port without its network',
    ['plan'],
    port,
    /does not contain its network's MTU\. Put both into one object: \{"port"/,
  ],
  [
    'a port as its owner sees it',
    ['plan'],
    { port: { ...port, binding_vif_type: undefined }, network: { mtu: 1450 } },
    /which Neutron shows only to administrators/,
  ],
  [
    'a port of no guest',
    ['plan'],
    { port: { ...port, device_id: '' }, network: { mtu: 1450 } },
    /--instance UUID/,
  ],
  [
    'a port beside the network of another',
    ['plan'],
    { port, network: { id: uuid, mtu: 1450 } },
    /with another network than its own/,
  ],
  [
    'a port whose details are text',
    ['plan'],
    {
      port: { ...port, binding_vif_details: "ovs_hybrid_plug='True'" },
      network: { id: network.id, mtu: 1450 },
    },
    /take the port from the API of Neutron/,
  ],
  [
    'a port whose addresses are text',
    ['plan'],
    { port: { ...port, fixed_ips: "ip_address='10.0.0.5'" }, network: { mtu: 1450 } },
    /vif_details or fixed_ips are text/,
  ],
  ['an id that is no UUID', ['plan'], withVif({ id: 'port-1' }), /vif\.id must be a UUID, not "port-1"/],
  [
    'a MAC address that is none',
    ['plan'],
    withVif({ address: 'fa:16:3e' }),
    /vif\.address must be a unicast MAC address/,
  ],
  [
    'a key of the request misspelt',
    ['plan'],
    { ...request, instnace: { uuid } },
    /did you mean 'instance'\?/,
  ],
  [
    'a key of the instance misspelt',
    ['plan'],
    { ...request, instance: { uuid, nmae: 'x' } },
    /did you mean 'name'\?/,
  ],
  ['a request without its VIF', ['plan'], { instance: { uuid } }, /vif is missing/],
  ['a request without its guest', ['plan'], { vif }, /instance is missing/],
  ['a port whose binding failed', ['plug'], withVif({ type: 'binding_failed' }), /Neutron.*bind/],
  ['a port that is not bound yet', ['plug'], withVif({ type: 'unbound' }), /Neutron.*bind/],
  ['a VIF without a type', ['plug'], withVif({ type: undefined }), /Neutron.*bind/],
  ['a VIF type misspelt', ['plug'], withVif({ type: 'bridgee' }), /Registered types: .*bridge/],
  ['a name that no link can have', ['plug'], withVif({ devname: 'a-name-that-is-too-long' }), /15/],
  ['an MTU that no link can have', ['plug'], withVif({ network: { ...network, meta: { mtu: 20 } } }), /mtu/],
  ['routing that there is not', ['plan'], { ...request, routing: 'nova' }, /newton/],
  ['a firewall that there is not', ['plan'], { ...request, firewall: 'nftables' }, /iptables/],
];

describe('a mistake on the command line ends in status 2, and says what to do:', () => {
  it.each(misused)('%s', async (_, args, stdin, cure) => {
    const { status, stderr, stdout } = await vifOn(args, text(stdin));
    expect(stderr).toMatch(cure);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('a mistake in a request is reported with its code, and says what to do:', () => {
  it.each(failed)('%s', async (_, args, stdin, cure) => {
    const { status, stderr } = await vifOn(args, text(stdin));
    expect(stderr).toMatch(/^vif: [A-Z_]+: /);
    expect(stderr).toMatch(cure);
    expect(status).toBe(1);
  });
});

describe('what is no mistake:', () => {
  const yaml = `# a port\n---\nvif: ${JSON.stringify(vif)}\ninstance:\n  uuid: ${uuid}\n`;
  it.each([
    ['a request', [], json],
    [
      'Windows line ends, and a byte order mark',
      [],
      `\ufeff${JSON.stringify(request, null, 2)}`.replaceAll('\n', '\r\n'),
    ],
    ['UTF-16', [], Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['YAML', [], yaml],
    ['YAML without a beginning', [], `instance: {uuid: ${uuid}}\nvif: ${JSON.stringify(vif)}`],
    ['a list in YAML', [], `- ${json}\n`],
    ['a VIF alone, with its guest', ['--instance', uuid], JSON.stringify(vif)],
    ['the column network_info', ['--instance', uuid], JSON.stringify([vif])],
    [
      'a row of instance_info_caches',
      [],
      JSON.stringify({ id: 7, instance_uuid: uuid, network_info: JSON.stringify([vif]), deleted: 0 }),
    ],
    ['a port with its network', [], JSON.stringify({ port, network: { mtu: 1450 } })],
    [
      'a port as the API has it',
      [],
      JSON.stringify({
        port: Object.fromEntries(
          Object.entries(port).map(([key, value]) => [key.replace('binding_', 'binding:'), value]),
        ),
        network: { network: { mtu: 1450 } },
      }),
    ],
  ] as const)('%s', async (_, args, stdin) => {
    const plan = await vifOn(['plan', '--format', 'json', ...args], stdin);
    expect(plan.stderr).toBe('');
    const expected = await vifOn(['plan', '--format', 'json'], json);
    expect(JSON.parse(plan.stdout)).toEqual(JSON.parse(expected.stdout));
    expect(plan.status).toBe(0);
  });

  it('many files, of which standard input may be one', async () => {
    const another = file('another.json', JSON.stringify(withVif({ id: uuid })));
    const { status, stdout } = await vifOn(
      ['plan', '--format', 'json', good, '-', another],
      JSON.stringify({ ...request, id: 'x' }),
    );
    expect(status).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([id, 'x', uuid]);
  });

  it('another exit status for differences than for failures', async () => {
    const status = async (...args: string[]) =>
      (await vifOn(['check', '--detailed-exitcode', ...args])).status;
    expect(await status(good)).toBe(3);
    expect(await status(good, file('wrong.json', '{}'))).toBe(1);
    expect((await vifOn(['check', good])).status).toBe(1);
  });

  it('little to read: what went well is left out, and a line sums up', async () => {
    const wrong = file('wrong.json', '{}');
    const { stdout, stderr } = await vifOn(['plug', '--quiet', '--summary', good, wrong]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^vif: INVALID_REQUEST: .*\nvif: plug: 1 plugged, 0 as they were, 1 failed, in [\d.]+ s\n$/,
    );
  });

  it('to ask what an error means', async () => {
    const { status, stdout } = await vifOn(['explain', 'vif: LINK_BUSY: the link eth0 is in br1']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^LINK_BUSY\n {2}A link .*\n\n {2}Take the link out of the other bridge/);
    expect((await vifOn(['explain', '--format', 'json', 'timeout'])).stdout).toMatch(
      /^\{"code":"TIMEOUT","meaning":/,
    );
    expect((await vifOn(['explain'])).stdout.split('\n').length).toBeGreaterThan(50);
  });

  it('plug --dry-run, which is what plan is', async () => {
    expect(await vifOn(['plug', '--dry-run', good])).toEqual(await vifOn(['plan', good]));
  });

  it('no file at a terminal: it is said that one is waited for', async () => {
    const { status, stderr } = await vifOn(['plan'], json, true);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        'vif: reading from this terminal until Ctrl-D; name a FILE to read it instead, or stop with Ctrl-C\n',
    });
  });
});
