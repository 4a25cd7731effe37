import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listLinks, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hybrid } from './requests.js';
import { vif } from './vif.js';

requireOwnNetwork();

describe('a hybrid plug that cannot succeed', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vif-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('fails with a code and leaves the links as before when there is no OVSDB socket', async () => {
    const before = listLinks();
    const missing = `unix:${join(directory, 'none.sock')}`;
    const { exitCode, lines } = await vif('plug', [hybrid], '--ovsdb', missing, '--timeout', '5');
    expect(exitCode).toBe(1);
    expect(lines).toMatchObject([{ error: { code: 'PLUG_FAILED', cause: { code: 'OVSDB_UNREACHABLE' } } }]);
    expect(listLinks()).toEqual(before);
  });

  it('fails at its deadline and leaves the links as before when the server never answers', async () => {
    const before = listLinks();
    const socket = join(directory, 'mute.sock');
    const mute = createServer().listen(socket);
    const { exitCode, lines } = await vif('plug', [hybrid], '--ovsdb', `unix:${socket}`, '--timeout', '1');
    mute.close();
    expect(exitCode).toBe(1);
    expect(lines).toMatchObject([{ error: { code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' } } }]);
    expect(listLinks()).toEqual(before);
  });

  it('takes everything back, database and links, when ovs-vswitchd does not carry it out', async () => {
    const before = listLinks();
    const ovs = await startOpenVSwitch({ vswitchd: false });
    try {
      const { lines } = await vif('plug', [hybrid], '--ovsdb', ovs.endpoint, '--timeout', '2');
      expect(lines).toMatchObject([{ error: { code: 'PLUG_FAILED', cause: { code: 'OVS_NOT_WIRED' } } }]);
      expect(await ovs.vsctl('list-br')).toBe('');
      expect(listLinks()).toEqual(before);
    } finally {
      await ovs.stop();
    }
  });

  it('fails alone in a batch', async () => {
    const before = listLinks();
    const ovs = await startOpenVSwitch();
    const bad = {
      ...hybrid,
      id: 'bad',
      vif: {
        ...hybrid.vif,
        id: '2d6f13b8-4fe8-4a1b-9f1f-7eab4b1c5a42',
        network: { ...hybrid.vif.network, bridge: 'no/slash' },
      },
    };
    try {
      const { exitCode, lines } = await vif('plug', [bad, hybrid], '--ovsdb', ovs.endpoint);
      expect(exitCode).toBe(1);
      expect(lines).toMatchObject([
        { id: 'bad', error: { code: 'INVALID_VIF' } },
        { path: 'os-vif', plugin: 'ovs' },
      ]);
      expect((await vif('unplug', [hybrid], '--ovsdb', ovs.endpoint)).exitCode).toBe(0);
    } finally {
      await ovs.stop();
    }
    expect(listLinks()).toEqual(before);
  });
});
