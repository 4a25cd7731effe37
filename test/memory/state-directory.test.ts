import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isVifError } from '@vifkit/core';
import { memoryHost } from '@vifkit/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driverFor, hybrid, idOf, start } from './start.js';

const vf = '0000:3b:00.2';
const card = {
  pci: { [vf]: { pf: 'ens1', index: 2, netDevice: 'ens1v2' } },
  links: [{ name: 'ens1', up: true }],
};
const direct = {
  vif: {
    id: idOf(7),
    address: 'fa:16:3e:10:00:07',
    type: 'hw_veb',
    vnic_type: 'macvtap',
    details: { vlan: '40' },
    profile: { pci_slot: vf },
    network: { id: '7d20812c-b5c3-4e75-ae90-2f513c4d6e03', bridge: 'none', subnets: [], meta: {} },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000001' },
};

let folder: string;
let stateDir: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'));
  stateDir = join(folder, 'vifkit'); // made by the first who needs it
});
afterEach(() => rm(folder, { recursive: true }));

describe('the state directory of a host', () => {
  it('remembers VIFs from one process to the next, which can unplug them by their ids', async () => {
    const { host, driver } = start({ stateDir });
    await driver.plugAll([hybrid(1), hybrid(2)]);
    const later = driverFor({ ...host });
    const { vifs, failures } = await later.list();
    expect(failures).toEqual([]);
    expect(vifs.map(({ vifId, plugin, request }) => ({ vifId, plugin, request }))).toEqual([
      { vifId: idOf(1), plugin: 'ovs', request: { ...hybrid(1), routing: 'current' } },
      { vifId: idOf(2), plugin: 'ovs', request: { ...hybrid(2), routing: 'current' } },
    ]);
    await later.unplugById([idOf(1)]);
    expect((await later.list()).vifs.map(({ vifId }) => vifId)).toEqual([idOf(2)]);
    await host.close?.();
  });

  it('has nothing left of a VIF that was unplugged, and keeps the date of one that is plugged again', async () => {
    const { host, driver } = start({ stateDir });
    await driver.plug(hybrid(1));
    const [{ since } = { since: undefined }] = (await driver.list()).vifs;
    await driver.plug(hybrid(1));
    expect((await driver.list()).vifs).toMatchObject([{ since }]);
    await driver.unplug(hybrid(1));
    expect((await readdir(stateDir)).filter((name) => name.startsWith('vif-'))).toEqual([]);
    await host.close?.();
  });

  it('reports a record that is damaged, and lists the VIF by its marks nevertheless', async () => {
    const { host, driver } = start({ stateDir });
    await driver.plug(hybrid(1));
    await writeFile(join(stateDir, `vif-${idOf(1)}.json`), '{"version":');
    const { vifs, failures } = await driver.list();
    expect(failures).toMatchObject([{ code: 'JOURNAL_INVALID' }]);
    expect(vifs).toMatchObject([{ vifId: idOf(1) }]);
    await driver.plug(hybrid(1));
    await host.close?.();
  });

  it('is where processes take turns over a VIF: one that comes too late learns which has it', async () => {
    const { host, driver } = start({ stateDir });
    const other = driverFor(memoryHost({ stateDir, ovsBridges: ['br-int'] }));
    let hangs = () => {};
    const hanging = new Promise<void>((resolve) => {
      hangs = resolve;
    });
    host.hangAt(1, hangs);
    const first = driver.plug(hybrid(1), { timeout: 2_000 }).catch((error: unknown) => error);
    await hanging;
    const second = await other.plug(hybrid(1), { timeout: 200 }).catch((error: unknown) => error);
    expect(isVifError(second) && second.message).toMatch(new RegExp(`process ${process.pid}`));
    expect(isVifError(await first, 'PLUG_FAILED')).toBe(true);
    await other.plug(hybrid(1), { timeout: 10_000 });
    await host.close?.();
  });

  it('has what a virtual function had, until the process that comes after a killed one gives it back', async () => {
    const first = start({ ...card, stateDir });
    const before = first.host.snapshot().vfs;
    await first.driver.plug(direct);
    expect(first.host.snapshot().vfs[vf]).toMatchObject({ vlan: 40 });
    const later = driverFor({ ...first.host });
    await later.unplug(direct);
    expect(first.host.snapshot().vfs[vf]).toMatchObject({ vlan: before[vf]?.vlan });
    expect((await readdir(stateDir)).filter((name) => name.startsWith('vf-'))).toEqual([]);
    await first.host.close?.();
  });
});
