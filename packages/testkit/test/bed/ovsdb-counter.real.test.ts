import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OpenVSwitch, startOpenVSwitch } from '../../src/bed/open-vswitch.js';
import { type OvsdbCounter, startOvsdbCounter } from '../../src/bed/ovsdb-counter.js';

let ovs: OpenVSwitch;
let counter: OvsdbCounter;

beforeEach(async () => {
  ovs = await startOpenVSwitch({ dummy: true, vswitchd: false });
  counter = await startOvsdbCounter(ovs.endpoint);
});
afterEach(async () => {
  await counter.stop();
  await ovs.stop();
});

async function transact(...operations: object[]): Promise<string> {
  const transaction = JSON.stringify(['Open_vSwitch', ...operations]);
  const { stdout } = await promisify(execFile)('ovsdb-client', ['transact', counter.endpoint, transaction]);
  return stdout;
}

const select = { op: 'select', table: 'Open_vSwitch', where: [], columns: ['next_cfg'] };
const mutate = { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] };

it('counts transactions that read and those that write, and hands on the answers', async () => {
  expect(JSON.parse(await transact(select))).toEqual([{ rows: [{ next_cfg: 0 }] }]);
  await transact(mutate);
  expect(JSON.parse(await transact(mutate, select))[1]).toEqual({ rows: [{ next_cfg: 2 }] });
  expect(counter).toMatchObject({ reads: 1, writes: 2 });
});

it('counts anew once it was reset', async () => {
  await transact(mutate);
  counter.reset();
  await transact(select);
  expect(counter).toMatchObject({ reads: 1, writes: 0 });
});
