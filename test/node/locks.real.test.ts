import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeNamespace,
  makeVendorTools,
  type Namespace,
  nodeReleases,
  requireOwnNetwork,
  type VendorTools,
} from '@vifkit/testkit/bed';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startVif } from '../reliability/vif-process.js';

requireOwnNetwork();

const ROUNDS = 20;

const id = '0000000a-704c-4c9f-8e1d-306f8ba25d02';
const request = {
  vif: { id, address: 'fa:16:3e:10:00:03', type: 'midonet', devname: `tap${id}`.slice(0, 14) },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000002' },
};

let namespace: Namespace;
let tools: VendorTools;
let folder: string;

beforeAll(async () => {
  namespace = await makeNamespace();
  tools = await makeVendorTools();
  folder = mkdtempSync(join(tmpdir(), 'locks-'));
});
afterAll(async () => {
  await tools?.close();
  await namespace?.close();
  rmSync(folder, { recursive: true, force: true });
});

it(`keeps two releases of Node.js apart that plug one VIF, ${ROUNDS} times`, async () => {
  const [inside, met, times] = ['inside', 'met', 'times'].map((name) => join(folder, name));
  await tools.put('mm-ctl', `mkdir ${inside} || touch ${met}\necho >>${times}\nsleep 0.1\nrmdir ${inside}`);
  const releases = [...nodeReleases().values()];
  for (let round = 0; round < ROUNDS; round += 1) {
    const pair = [0, 1].map((i) => releases[(round + i) % releases.length]);
    const args = ['plug', '--state-dir', join(folder, 'state'), '--timeout', '60'];
    const ends = await Promise.all(pair.map((node) => startVif(namespace, args, [request], node).ended));
    expect(ends.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
  }
  expect(existsSync(met ?? '')).toBe(false);
  expect(readFileSync(times ?? '', 'utf8')).toHaveLength(2 * ROUNDS);
});
