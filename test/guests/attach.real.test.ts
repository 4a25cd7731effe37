import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LibvirtGuest, listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { $ } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Row, rows } from './rows.js';
import { Site } from './site.js';

requireOwnNetwork();

/** Rows by their types; the first of each. */
const row = (type: string): Row => {
  const found = rows.find((each) => each.type === type && each.queues === 1);
  if (!found) throw new Error(`There is no row for ${type}`);
  return found;
};

// Cards that are plugged into guests while they run, and out of them.
describe('a running guest', { timeout: 240_000 }, () => {
  let before: string[];
  let site: Site;
  let guest: LibvirtGuest | undefined;

  beforeAll(async () => {
    before = listLinks();
    site = await Site.open();
  }, 120_000);
  afterEach(() => guest?.stop());
  afterAll(async () => {
    await site?.collectGarbage();
    await site?.close();
    // The kernel removes links to a namespace some time after its end.
    await vi.waitFor(() => expect(listLinks()).toEqual(before), 10_000);
  });

  const devices = async (domain: string) =>
    (await site.guests.libvirtd.virsh('domiflist', domain))
      .split('\n')
      .filter((line) => /[\da-f]{2}:/.test(line));

  it.each([
    ['lan', ['bridge']],
    ['br-int', ['ovs, hybrid', 'ovs, direct', 'ovs, create_port', 'ovs, create_tap']],
    ['br-int', ['vhostuser, server']],
    ['vendor', ['tap']],
    ['uplink', ['macvtap']],
  ] as const)('on %s gets and gives back cards of types %j', async (segment, types) => {
    const shared = '<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>';
    const isShared = types.some((type) => type.startsWith('vhostuser'));
    guest = await site.startEmpty('hot', segment, isShared ? [shared] : []);
    for (const type of types) {
      const given = row(type);
      await guest.clear();
      const attached = await site.vifFor(given, 'attach', 'hot');
      expect(attached).toMatchObject({ exitCode: 0, stderr: '', line: { configurations: ['live'] } });
      if (given.switchSocket) await chmod(given.switchSocket, 0o777);
      if (given.looseTap) await site.connectTap(given.looseTap);
      const report = await guest.report();
      const state = report.pings === 3 ? '' : await site.describeSwitch();
      expect(report, state).toMatchObject({ mac: given.mac, pings: 3 });
      expect((await site.vifFor(given, 'attach', 'hot')).line).toMatchObject({ changes: [] });
      expect(await devices('hot')).toHaveLength(1);
      const detached = await site.vifFor(given, 'detach', 'hot', given.id);
      expect(detached).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await devices('hot')).toEqual([]);
      await guest.says('vif: gone');
      expect(await site.leftOvers(given)).toEqual([]);
    }
  });

  it('is refused a vhost-user card if its memory cannot be shared', async () => {
    guest = await site.startEmpty('hot', 'br-int');
    const given = row('vhostuser, server');
    const { line } = await site.vifFor(given, 'attach', 'hot');
    expect(line.error).toMatchObject({ code: 'DOMAIN_UNFIT' });
    expect(await site.leftOvers(given)).toEqual([]);
  });

  /** Does something while a program fails, if one of its arguments is this. */
  async function whileFailing<T>(program: string, argument: string, work: () => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), 'failing-'));
    const { PATH: path = '' } = process.env;
    try {
      const { stdout: real } = await $`which ${program}`;
      const script = `#!/bin/sh\ncase " $* " in *" ${argument} "*) echo "error: no luck" >&2; exit 1 ;; esac\nexec ${real} "$@"\n`;
      await writeFile(join(directory, program), script, { mode: 0o755 });
      process.env.PATH = `${directory}:${path}`;
      return await work();
    } finally {
      process.env.PATH = path;
      await rm(directory, { recursive: true });
    }
  }

  it('is as before if virsh fails in an attachment, on the host as well', async () => {
    guest = await site.startEmpty('hot', 'br-int');
    const given = row('ovs, hybrid');
    for (const failing of ['attach-device', 'metadata', 'dumpxml', 'dominfo']) {
      const { line, exitCode } = await whileFailing('virsh', failing, () =>
        site.vifFor(given, 'attach', 'hot'),
      );
      expect(exitCode, failing).toBe(1);
      expect(line.error, failing).toMatchObject({ code: 'LIBVIRT_FAILED' });
      expect(line.error.message, failing).toContain('no luck');
      expect(await devices('hot'), failing).toEqual([]);
      expect(await site.leftOvers(given), failing).toEqual([]);
      expect(await site.guests.libvirtd.virsh('dumpxml', 'hot'), failing).not.toContain('urn:vifkit');
    }
  });

  it('has its card and its network if virsh fails in a detach, and neither once that is repeated', async () => {
    guest = await site.startEmpty('hot', 'br-int');
    const given = row('ovs, hybrid');
    expect((await site.vifFor(given, 'attach', 'hot')).exitCode).toBe(0);
    const detach = () => site.vifFor(given, 'detach', 'hot', given.id);
    for (const failing of ['detach-device', 'metadata']) {
      const { line } = await whileFailing('virsh', failing, detach);
      expect(line.error).toMatchObject({ code: 'LIBVIRT_FAILED' });
      expect(await devices('hot')).toHaveLength(1);
      expect((await site.vif('check', given)).differences).toEqual([]);
      expect(await guest.report()).toMatchObject({ mac: given.mac, pings: 3 });
      await guest.clear();
      expect(await site.guests.libvirtd.virsh('dumpxml', 'hot')).toContain(given.id);
    }
    // The card has gone, and a part of what was behind it: the request stays, to be detached again.
    const half = await whileFailing('ip', '-batch', detach);
    expect(half.line.error).toMatchObject({ code: 'UNPLUG_FAILED' });
    expect(await devices('hot')).toEqual([]);
    expect(await site.guests.libvirtd.virsh('dumpxml', 'hot')).toContain(given.id);
    expect(await detach()).toMatchObject({ exitCode: 0 });
    expect(await site.leftOvers(given)).toEqual([]);
    expect(await site.guests.libvirtd.virsh('dumpxml', 'hot')).not.toContain('urn:vifkit');
  });
});
