import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type HostSnapshot, type MemoryHost, memoryHost, type PciFunctions } from '@vifkit/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { A, C } from './requests.js';

const address = '0000:03:00.2';
const guest = 'qemu-system-x86 (process 4711)';
const free = { mac: '00:00:00:00:00:00', vlan: 0, trust: false };
const macs = { [A]: 'fa:16:3e:00:00:0a', [C]: 'fa:16:3e:00:00:0c' };

/** A VIF that has the function: as a macvtap on its device, or passed through to its guest. */
const on = (id: typeof A | typeof C, vnic_type: 'macvtap' | 'direct', trusted = true) => ({
  routing: 'current' as const,
  instance: { uuid: `1${id.slice(1)}`, name: 'instance-1' },
  vif: {
    id,
    address: macs[id],
    type: 'hw_veb',
    vnic_type,
    devname: 'tap17',
    details: { vlan: 100 },
    profile: { pci_slot: address, ...(trusted && { trusted }) },
    network: { id: `5${id.slice(1)}`, bridge: 'br-int', subnets: [], meta: {} },
  },
});

const inUse = { code: 'OWNED_BY_OTHER_VIF', message: expect.stringMatching(`VIF ${A} and is in use.*qemu`) };
const busy = { code: 'LINK_BUSY', message: expect.stringContaining(guest) };

let stateDir: string;
let host: MemoryHost;
let driver: VifDriver;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'functions-'));
  await start({ [address]: { pf: 'ens1', index: 0, netDevice: 'ens1v0' } });
});
afterEach(async () => {
  await driver.close();
  await rm(stateDir, { recursive: true });
});

async function start(pci: PciFunctions, vfs: HostSnapshot['vfs'] = {}): Promise<void> {
  host = memoryHost({ pci, vfs, stateDir });
  driver = createVifDriver({
    host,
    guests: new LibvirtGuestConfigurator(),
    plugins: await builtInPlugins(),
  });
}

/** The function keeps its settings when a guest gets it. */
const startGuest = () => start({ [address]: { pf: 'ens1', index: 0, openBy: guest } }, host.snapshot().vfs);

const functions = () => host.snapshot().vfs[address];

const records = async () => (await readdir(stateDir)).filter((name) => name.startsWith('vf-'));

async function loseRecord(): Promise<void> {
  expect(await records()).toHaveLength(1);
  for (const name of await records()) await rm(join(stateDir, name));
}

/** What check tells of the function. */
async function told(request: ReturnType<typeof on>) {
  const { differences } = await driver.check(request);
  return differences.flatMap(({ kind, differences }) => (kind === 'vf' ? differences : []));
}

describe('a function whose record is lost', () => {
  it('is reported by check, recorded again by plug, and free after gc', async () => {
    await driver.plug(on(A, 'macvtap'));
    await loseRecord();
    expect(await told(on(A, 'macvtap'))).toEqual([{ attribute: 'holder', expected: A, actual: null }]);
    expect(await driver.gc({ keep: 'none', dryRun: true })).toEqual([]);
    await driver.plug(on(A, 'macvtap'));
    expect(await told(on(A, 'macvtap'))).toEqual([]);
    expect((await driver.plug(on(A, 'macvtap'))).changes).toEqual([]);
    await driver.gc({ keep: 'none' });
    expect(functions()).toEqual(free);
    expect(await records()).toEqual([]);
  });

  it('keeps a trust that may be an operator’s', async () => {
    await driver.plug(on(A, 'direct'));
    await loseRecord();
    await driver.plug(on(A, 'direct'));
    await driver.gc({ keep: 'none' });
    expect(functions()).toEqual({ ...free, trust: true });
    expect(await records()).toEqual([]);
  });
});

it('a function goes with an unplug by the id in capitals', async () => {
  await driver.plug(on(A, 'macvtap'));
  const { vif, ...request } = on(A, 'macvtap');
  await driver.unplug({ ...request, vif: { ...vif, id: A.toUpperCase() } });
  expect(functions()).toEqual(free);
  expect(await records()).toEqual([]);
});

describe('a function that a running guest has open', () => {
  it('is refused to another VIF, and keeps its settings', async () => {
    await driver.plug(on(A, 'direct'));
    await startGuest();
    await expect(driver.plug(on(C, 'direct'))).rejects.toMatchObject({ cause: inUse });
    const { steps } = await driver.plan(on(C, 'direct'));
    expect(steps.flatMap(({ blocked }) => blocked ?? [])).toMatchObject([inUse]);
    await driver.unplug(on(C, 'direct'), { force: true });
    expect(functions()).toMatchObject({ trust: true });
    expect(await told(on(A, 'direct'))).toEqual([]);
  });

  it('is refused where nothing is recorded of it', async () => {
    await startGuest();
    await expect(driver.plug(on(C, 'direct'))).rejects.toMatchObject({ cause: busy });
    expect(functions()).toEqual(free);
  });

  it('is its own VIF’s none the less, with its record or without', async () => {
    await driver.plug(on(A, 'direct'));
    await startGuest();
    expect((await driver.plug(on(A, 'direct'))).changes).toEqual([]);
    await loseRecord();
    await driver.plug(on(A, 'direct'));
    expect(await records()).toHaveLength(1);
    await expect(driver.unplug(on(A, 'direct'))).rejects.toMatchObject({ code: 'VIF_IN_USE' });
  });

  it('is taken over once the guest has gone', async () => {
    await driver.plug(on(A, 'direct'));
    await driver.plug(on(C, 'direct'));
    await driver.unplug(on(A, 'direct'));
    expect(functions()).toMatchObject({ trust: true });
    await driver.unplug(on(C, 'direct'));
    expect(functions()).toEqual(free);
  });
});
