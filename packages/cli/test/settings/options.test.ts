import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionVariable } from '@vifkit/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runVif } from '../support/run-vif.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
  file = join(folder, 'vif.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The endpoint that a command opens, with a configuration file of this content. */
async function endpointOf(content: object, env: NodeJS.ProcessEnv = {}, ...args: readonly string[]) {
  await writeFile(file, JSON.stringify(content));
  const { opened } = await runVif(['plan', '--config', file, ...args], { stdin: '{"id": "a"}', env });
  return opened.map(({ ovsdb }) => ovsdb);
}

const [first, second, third] = ['tcp:127.0.0.1:6641', 'tcp:127.0.0.1:6642', 'tcp:127.0.0.1:6643'];
const plugins = { ovs: { ovsdb_connection: first } };
const env = { [optionVariable('ovs', 'ovsdb_connection')]: second };

it("the endpoint of Open vSwitch's database may be an option of the plugin, as in os-vif", async () => {
  expect(await endpointOf({ plugins })).toEqual([first]);
  expect(await endpointOf({ plugins }, env)).toEqual([second]);
});

it('the command’s own settings go before it', async () => {
  expect(await endpointOf({ plugins, ovsdb: third }, env)).toEqual([third]);
  expect(await endpointOf({ plugins }, env, '--ovsdb', third)).toEqual([third]);
});

it('a later configuration file overrides an earlier one', async () => {
  await mkdir(join(folder, 'config.d'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ plugins }));
  const later = { plugins: { ovs: { ovsdb_connection: third } } };
  await writeFile(join(folder, 'config.d', '10-ovs.json'), JSON.stringify(later));
  const { opened } = await runVif(['plan'], { stdin: '{"id": "a"}', configFolder: folder });
  expect(opened.map(({ ovsdb }) => ovsdb)).toEqual([third]);
});

it('without any, it is the socket of the system', async () => {
  expect(await endpointOf({})).toEqual(['unix:/var/run/openvswitch/db.sock']);
});
