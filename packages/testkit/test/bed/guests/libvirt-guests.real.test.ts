import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LibvirtGuests, startLibvirtGuests } from '../../../src/bed/index.js';

/** QEMU's own network, which needs no link: its gateway answers pings. */
const card = '<interface type="user"><mac address="fa:16:3e:70:00:07"/><model type="virtio"/></interface>';
const guest = { name: 'bed', device: card, address: '10.0.2.15/24', peer: '10.0.2.2' };

describe('startLibvirtGuests', () => {
  let folder: string;
  let guests: LibvirtGuests;

  beforeAll(async () => {
    vi.stubEnv('XDG_CACHE_HOME', process.env.XDG_CACHE_HOME ?? tmpdir()); // the kernel is there
    folder = mkdtempSync(join(tmpdir(), 'guests-test-'));
    chmodSync(folder, 0o755);
    vi.stubEnv('TMPDIR', folder);
    guests = await startLibvirtGuests();
  });
  afterAll(async () => {
    await guests?.stop();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('starts a guest that reports its card', async () => {
    const { report, stop } = await guests.start(guest);
    expect(await report()).toEqual({ mac: 'fa:16:3e:70:00:07', mtu: 1500, queues: 1, pings: 3 });
    expect(processesOf('bed')).toHaveLength(1);
    await stop();
    expect(processesOf('bed')).toEqual([]);
    await stop();
  });

  it('reports when nobody answers', async () => {
    const { report, stop } = await guests.start({ ...guest, peer: '192.0.2.1' }); // there is no route
    expect(await report()).toMatchObject({ pings: 0 });
    await stop();
  });

  it('says what libvirt complains of', async () => {
    const device = '<interface type="bridge"><source bridge="br-none"/></interface>';
    await expect(guests.start({ ...guest, device })).rejects.toThrow(/br-none/);
  });

  it('reports when a guest ends before it has come to its ping', async () => {
    const { report, stop } = await guests.start(guest);
    const told = expect(report()).rejects.toThrow(/^The guest has ended/);
    await stop();
    await told;
  });

  it('leaves nothing behind', async () => {
    await guests.start(guest);
    await guests.stop();
    expect(processesOf('bed')).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** The ids of the processes of a guest. */
function processesOf(name: string): string[] {
  return readdirSync('/proc').filter((id) => /^\d+$/.test(id) && commandLine(id).includes(`guest=${name},`));
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}
