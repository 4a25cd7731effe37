import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { listLinks, makeVendorTools, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ioVisor, vendorVifs } from './vendor-requests.js';

requireOwnNetwork();

const pidFile = join(tmpdir(), `vendor-tool-${process.pid}`);

const whenRun = (words: string, body: string) => `case "$*" in *${words}*) ${body};; esac`;

/** For the last command of a plug alone: those that undo it do nothing. */
const whenPlugging = (body: string) =>
  ['--bind-port', '--oper=add', 'ifup', 'add-port'].map((words) => whenRun(words, body)).join('\n');

async function openDriver(): Promise<VifDriver> {
  const guests = new LibvirtGuestConfigurator();
  return createVifDriver({ host: openHost(), guests, plugins: await builtInPlugins() });
}

let tools: VendorTools;
let driver: VifDriver;
let before: string[];

beforeEach(async () => {
  before = listLinks();
  tools = await makeVendorTools();
  driver = await openDriver();
});
afterEach(async () => {
  await driver.close();
  await tools.close();
  rmSync(pidFile, { force: true });
  expect(listLinks()).toEqual(before);
});

describe.each(vendorVifs)('a VIF that needs $tool', ({ tool, from, request, links, plug, unplug }) => {
  it('is plugged and unplugged by it', async () => {
    await tools.put(tool);
    await driver.plug(request);
    expect(await tools.calls()).toEqual(plug);
    expect(listLinks()).toEqual([...before, ...links].sort());
    expect((await driver.check(request)).differences).toEqual([]);
    await driver.unplug(request);
    expect(await tools.calls()).toEqual([...plug, ...unplug]);
  });

  it('fails with its last words, and leaves no link', async () => {
    await tools.put(tool, "echo 'no such port' >&2; exit 7");
    await expect(driver.plug(request)).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: { code: 'COMMAND_FAILED', message: `${tool} failed with status 7: no such port` },
    });
    // It may have done half of it: what is made for a link of this call is taken back.
    const undo = links.length > 0 ? unplug.slice(-1) : [];
    expect(await tools.calls()).toEqual([...plug.slice(0, 1), ...undo]);
  });

  it('says where it comes from when it is missing, and leaves no link', async () => {
    await expect(driver.plug(request)).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: { code: 'COMMAND_NOT_FOUND', message: expect.stringMatching(`${tool}.*${from}`) },
    });
  });

  it('fails when the caller stops waiting for it; it is ended, its work taken back, and no link is left', async () => {
    await tools.put(tool, whenPlugging(`echo $$ > '${pidFile}'; exec sleep 600`));
    const caller = new AbortController();
    const failure = expect(driver.plug(request, { signal: caller.signal })).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      cause: { code: 'ABORTED' },
    });
    await vi.waitFor(() => expect(readFileSync(pidFile, 'utf8')).toMatch(/\n/), { timeout: 20_000 });
    caller.abort();
    await failure;
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await tools.calls()).toEqual([...plug, ...unplug]);
  });

  it('loses its link when it is unplugged, though it fails', async () => {
    await tools.put(tool);
    await driver.plug(request);
    await tools.put(tool, 'exit 1');
    await expect(driver.unplug(request)).rejects.toMatchObject({
      code: 'UNPLUG_FAILED',
      failures: unplug.map(() => ({ code: 'COMMAND_FAILED' })),
    });
    expect(await tools.calls()).toEqual([...plug, ...unplug]);
  });
});

it('takes back all commands when one of them fails', async () => {
  const [added, up] = ioVisor.plug;
  await tools.put(ioVisor.tool, whenRun('ifup', 'exit 7'));
  const failure = { code: 'PLUG_FAILED', undoFailures: [] };
  await expect(driver.plug(ioVisor.request)).rejects.toMatchObject(failure);
  expect(await tools.calls()).toEqual([added, up, ...ioVisor.unplug]);
});
