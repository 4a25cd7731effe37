import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { $ } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { program } from '../real/vif.js';
import { sampled } from '../thorough.js';
import { NETWORKS } from './networks.js';
import { type Row, rows } from './rows.js';
import { Site } from './site.js';

requireOwnNetwork();

const types = ['ovs, hybrid', 'ovs, direct', 'ovs, create_port', 'ovs, create_tap', 'bridge'];
const hooked = types.map((type): Row => {
  const found = rows.find((each) => each.type === type && each.queues === 1);
  if (!found) throw new Error(`There is no row for ${type}`);
  return found;
});

// Nobody but libvirt's hook plugs and unplugs.
describe('the hook of libvirt', { timeout: 240_000 }, () => {
  let before: string[];
  let directory: string;
  let site: Site;

  beforeAll(async () => {
    before = listLinks();
    directory = await mkdtemp(join(tmpdir(), 'hook-'));
    await mkdir(join(directory, 'no-vifs'));
    // libvirt gives its hooks a PATH, and little else.
    site = await Site.open(
      (ovsdb) => `#!/bin/sh
export VIF_OVSDB=${ovsdb} VIF_STATE_DIR=${directory}/state PATH=${process.env.PATH}
echo "$1 $2 $3" >>${directory}/calls
exec ${program} hook "$@" 2>>${directory}/errors
`,
    );
  }, 120_000);
  afterAll(async () => {
    await site?.collectGarbage();
    await site?.close();
    await rm(directory, { recursive: true });
    // The kernel removes links to a namespace some time after its end.
    await vi.waitFor(() => expect(listLinks()).toEqual(before), 10_000);
  });

  /** The options with which other commands have the hook's records. */
  const besideHook = () => ['--ovsdb', site.ovs.endpoint, '--state-dir', join(directory, 'state')];

  async function managerOf({ id }: Row): Promise<unknown> {
    const { stdout } = await $`${program} list --format json ${besideHook()}`;
    const listed = stdout.split('\n').filter(Boolean);
    return listed.map((line) => JSON.parse(line)).find((each) => each.id === id)?.managedBy;
  }

  /** Brings the host to files of no VIF. */
  async function applyNothing(): Promise<string> {
    return (await $`${program} apply --none ${directory}/no-vifs ${besideHook()}`).stdout;
  }

  const errors = () => readFile(join(directory, 'errors'), 'utf8');

  it.each(sampled(hooked, 2).map((row) => [row.type, row] as const))(
    'starts a guest of type %s, again when the host boots, and stops it after a restart of libvirt',
    async (_, row) => {
      const name = `hook-${row.id.slice(0, 8)}`;
      const { xml = '' } = await site.vif('config', row);
      const { subnet } = NETWORKS[row.segment];
      const guest = await site.guests.start({
        ...{ name, device: xml, autostart: true, address: `${subnet}.9/24`, peer: `${subnet}.1` },
      });
      const metadata = await site.vifFor(row, 'metadata', name);
      expect(metadata).toMatchObject({ exitCode: 0, line: { requests: 1 } });
      try {
        await guest.start();
        expect(await guest.report()).toMatchObject({ mac: row.mac, pings: 3 });
        expect((await site.belongings(row)).links).toEqual(expect.arrayContaining([...row.links]));
        expect(await errors()).toBe('');
        expect(await managerOf(row)).toBe('vif hook');

        // The host boots: its links are gone, with what is in /run. Open vSwitch's database is not.
        await guest.clear();
        const gone = (await site.belongings(row)).links;
        await site.guests.libvirtd.reboot(async () => {
          await site.ovs.vswitchd.stop();
          for (const link of gone) await $({ reject: false })`ip link delete dev ${link}`;
          await rm(join(directory, 'state'), { recursive: true, force: true });
          await site.ovs.vswitchd.start();
        });
        expect(await guest.report()).toMatchObject({ mac: row.mac, pings: 3 });

        await site.guests.libvirtd.restart();
        expect(await managerOf(row)).toBe('vif hook');
        expect(await applyNothing()).toContain('1 left alone');
        expect((await site.vif('check', row)).differences).toEqual([]);
        await guest.stop();
        expect(await site.leftOvers(row)).toEqual([]);
        expect(await managerOf(row)).toBeUndefined();
        expect(await errors()).toBe('');
      } finally {
        await guest.stop();
        await site.guests.libvirtd.virsh('undefine', name);
      }
    },
  );

  it('has garbage collection keep what domains use, by their metadata, their ports, or the names of their links', async () => {
    const [hybrid, direct, port, tap, bridge] = hooked;
    if (!hybrid || !direct || !port || !tap || !bridge) throw new Error('There are no rows');
    const quoted = JSON.stringify(hybrid.request).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const device = (await site.vif('config', tap)).xml ?? '';
    const at = { autostart: true, address: '10.77.2.9/24', peer: '10.77.2.1' };
    // The one is known by its request, the other by the name of its tap.
    const metadata = `<vif:vifs xmlns:vif="urn:vifkit:domain:1"><vif:request>${quoted}</vif:request></vif:vifs>`;
    await site.guests.start({ ...at, name: 'kept-1', metadata });
    await site.guests.start({ ...at, name: 'kept-2', device });
    for (const row of [hybrid, tap, port]) await site.vif('plug', row);
    const { line, exitCode } = await site.vifFor(hybrid, 'gc', '--keep-domains');
    expect({ exitCode, line }).toMatchObject({ exitCode: 0, line: { id: port.id } });
    expect(await site.leftOvers(port)).toEqual([]);
    for (const row of [hybrid, tap]) {
      expect((await site.vif('check', row)).differences).toEqual([]);
      await site.vif('unplug', row);
    }
    for (const name of ['kept-1', 'kept-2']) await site.guests.libvirtd.virsh('undefine', name);
  });

  it('leaves a domain without our metadata alone', async () => {
    const guest = await site.startEmpty('other', 'br-int');
    await guest.stop();
    expect(await errors()).toBe('');
  });

  it('keeps a guest from starting whose VIF cannot be plugged', async () => {
    const [row] = hooked;
    if (!row) throw new Error('There are no rows');
    const guest = await site.guests.start({
      ...{ name: 'bad', autostart: true, address: '10.77.2.9/24', peer: '10.77.2.1' },
      metadata:
        '<vif:vifs xmlns:vif="urn:vifkit:domain:1"><vif:request>{"vif": {"id": "x"}}</vif:request></vif:vifs>',
    });
    await expect(guest.start()).rejects.toThrow();
    expect(await errors()).toContain('INVALID_');
    await site.guests.libvirtd.virsh('undefine', 'bad');
  });
});
