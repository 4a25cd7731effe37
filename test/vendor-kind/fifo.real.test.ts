import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { makeVendorTools, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, expect, it } from 'vitest';
import acme from './acme-fifo.js';
import { tapId, tapRequest } from './tap-requests.js';

requireOwnNetwork();

let tools: VendorTools;
let stateDir: string;
let driver: VifDriver;

const queueOf = (link: string) =>
  JSON.parse(execFileSync('tc', ['-json', 'qdisc', 'show', 'dev', link], { encoding: 'utf8' }) || '[]')[0];

beforeEach(async () => {
  tools = await makeVendorTools();
  await tools.put('acmectl');
  stateDir = await mkdtemp(join(tmpdir(), 'fifo-'));
  driver = createVifDriver({
    host: openHost({ stateDir, ovsdb: 'unix:/nonexistent' }),
    guests: new LibvirtGuestConfigurator(),
    plugins: [acme],
  });
});

afterEach(async () => {
  await driver.gc({ keep: 'none' });
  await driver.close();
  await tools.close();
  await rm(stateDir, { recursive: true });
});

it('queues packets on a real link, and leaves none of it', async () => {
  await driver.plug(tapRequest(1));
  expect(queueOf('tap1')).toMatchObject({ kind: 'pfifo', handle: 'acf1:', options: { limit: 100 } });
  expect((await driver.check(tapRequest(1))).differences).toEqual([]);

  await tools.put('acmectl', 'exit 1');
  await expect(driver.plug(tapRequest(1, 9000))).rejects.toMatchObject({
    code: 'PLUG_FAILED',
    undoFailures: [],
  });
  expect(queueOf('tap1')).toMatchObject({ options: { limit: 100 } });

  const results = await driver.gc({ keep: 'none' }); // no Open vSwitch runs here, which it tells
  const collected = results.flatMap((each) => ('value' in each ? each.value.id : []));
  expect(collected).toEqual([tapId(1)]);
  expect(execFileSync('ip', ['-json', 'link'], { encoding: 'utf8' })).not.toContain('tap1');
});
