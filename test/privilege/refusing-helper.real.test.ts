import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linuxBridge } from '../memory/start.js';
import { hybrid } from '../real/requests.js';
import { readWholeState } from '../reliability/faults/whole-state.js';

requireOwnNetwork();

const plugins = await builtInPlugins();
const ip = (...args: string[]) => execa('ip', args);
const vlans = { vlan: 5, trunk_vlans: [10] };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'helper-'));
  await ip('link', 'add', 'name', 'br-lan', 'address', '02:00:00:00:00:01', 'up', 'type', 'bridge');
});
afterAll(async () => {
  await ip('link', 'delete', 'dev', 'br-lan');
  await rm(directory, { recursive: true });
});

/** A root helper that refuses to run these programs, as sudo does without a rule for them. */
async function refusing(...programs: readonly string[]): Promise<string[]> {
  const path = join(directory, `refuses-${programs.join('-') || 'all'}`);
  const says = 'echo "sudo: a password is required" >&2; exit 1';
  const cases = `case $1 in ${programs.join('|') || '*'}) ${says};; esac`;
  await writeFile(path, `#!/bin/sh\n${cases}\nexec "$@"\n`, { mode: 0o755 });
  return [path];
}

const helpers: Readonly<Record<string, () => Promise<string[]> | string[]>> = {
  'is missing': () => ['/no/such/sudo', '-n'],
  'refuses everything': () => refusing(),
  'refuses `bridge`': () => refusing('bridge'),
  'refuses `tee`': () => refusing('tee'),
  'refuses `ip`': () => refusing('ip'),
};

const requests = {
  hybrid,
  'in a Linux bridge': linuxBridge(1),
  'in a Linux bridge, with VLANs': linuxBridge(2, vlans),
};

describe.each(Object.entries(helpers))('where the root helper %s', (_, helper) => {
  it.each(Object.entries(requests))('a plug %s that fails leaves the host as it was', async (_, request) => {
    const stateDir = await mkdtemp(join(directory, 'state-'));
    const host = openHost({ rootHelper: await helper(), stateDir, ovsdb: `unix:${directory}/none` });
    await using driver = createVifDriver({
      host,
      guests: new LibvirtGuestConfigurator(),
      plugins,
      routing: 'current',
    });
    const before = await readWholeState();
    const [result] = await driver.plugAll([request]);
    if (result?.ok) {
      await driver.unplug(request); // it needs nothing that the helper refuses
    } else {
      expect(result?.error).toMatchObject({ code: 'PLUG_FAILED', undoFailures: [] });
      expect(await readWholeState()).toEqual(before);
    }
    expect((await readdir(stateDir)).filter((name) => name.includes(request.vif.id))).toEqual([]);
  });
});
