import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeVendorTools, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

requireOwnNetwork();

const program = fileURLToPath(new URL('../../node_modules/.bin/vif', import.meta.url));
const settings = {
  ipv6: '/proc/sys/net/ipv6/conf/default/disable_ipv6',
  arpIgnore: '/proc/sys/net/ipv4/conf/default/arp_ignore',
  arpAnnounce: '/proc/sys/net/ipv4/conf/default/arp_announce',
};
const bridge = 'qbr7d1f0c52-6f';
const request = {
  vif: {
    id: '7d1f0c52-6f3b-4b8e-9d0c-2f5e7a914c01',
    address: 'fa:16:3e:10:00:01',
    type: 'ivs',
    devname: 'tap7d1f0c52-6f',
    details: { ovs_hybrid_plug: true, port_filter: true },
    network: { id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01', bridge: 'br-int', meta: { mtu: 1450 } },
  },
  instance: { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401', name: 'instance-00000001' },
};

/** Runs `vif` where /proc/sys is mounted read-only, as in a container. */
async function vif(operation: string) {
  const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"';
  const { stdout } = await execa(
    'unshare',
    ['--mount', 'sh', '-c', readOnly, 'sh', program, operation, '--format', 'json'],
    { input: JSON.stringify(request), reject: false },
  );
  return JSON.parse(stdout);
}

const read = (path: string) => readFileSync(path, 'utf8').trim();
const links = () => execFileSync('ip', ['-brief', 'link', 'show'], { encoding: 'utf8' }).match(/^[^\s@]+/gm);

describe('where /proc/sys is read-only', () => {
  let tools: VendorTools;
  const before = new Map<string, string>();
  beforeEach(async () => {
    for (const path of Object.values(settings)) before.set(path, read(path));
    tools = await makeVendorTools();
    await tools.put('ivs-ctl');
  });
  afterEach(async () => {
    for (const [path, value] of before) writeFileSync(path, value);
    await tools.close();
    execFileSync('sh', ['-c', `ip link delete dev ${bridge}; ip link delete dev qvb7d1f0c52-6f; true`], {
      stdio: 'ignore',
    });
  });

  it('a plug whose new links inherit the right settings has nothing to write there', async () => {
    writeFileSync(settings.ipv6, '1');
    writeFileSync(settings.arpIgnore, '1');
    writeFileSync(settings.arpAnnounce, '2');
    expect(await vif('plug')).toMatchObject({ plugin: 'ivs', changes: expect.any(Array) });
    expect(read(`/proc/sys/net/ipv4/conf/${bridge}/arp_ignore`)).toBe('1');
    expect(read(`/proc/sys/net/ipv6/conf/${bridge}/disable_ipv6`)).toBe('1');
    expect((await vif('check')).differences).toEqual([]);
    expect(await vif('unplug')).not.toHaveProperty('error');
  });

  it('a plug that has to write there fails, says what to do, and is undone', async () => {
    const there = links();
    const { error } = await vif('plug');
    expect(error).toMatchObject({ code: 'PLUG_FAILED', cause: { code: 'LINK_COMMAND_FAILED' } });
    expect(error.message).toMatch(/read-only file system|EROFS/);
    expect(error.message).toMatch(/have net\.ipv[46]\.conf\.default\.\w+ set where the container is made/);
    expect(links()).toEqual(there);
  });
});
