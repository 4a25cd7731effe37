import { execFileSync } from 'node:child_process';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

requireOwnNetwork();

const ip = (line: string) => execFileSync('ip', line.split(' '), { encoding: 'utf8', stdio: 'pipe' });
const linkOf = (name: string) => JSON.parse(ip(`-details -json link show dev ${name}`))[0];
/** All that there is of links and addresses, but for what the kernel changes by and by. */
function everything(): unknown[] {
  const links: Record<string, unknown>[] = JSON.parse(ip('-details -json address show'));
  return links.map(({ ifname, mtu, address, master, ifalias, altnames, linkinfo, flags, addr_info }) => {
    const isUp = Array.isArray(flags) && flags.includes('UP');
    const ips = (addr_info as { readonly local: string; readonly scope: string }[])
      .filter(({ scope }) => scope === 'global')
      .map(({ local }) => local);
    return { ifname, mtu, address, master, ifalias, altnames, linkinfo, isUp, ips };
  });
}

const id = '4c1fb6f8-21b5-4d5c-9f0a-5a4b0f1d7c01';
const instance = { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401', name: 'instance-00000001' };

/** A VIF on a Linux bridge that is there, or that is made with an uplink. */
const onBridge = (bridge: string, meta: object = {}) => ({
  vif: {
    id,
    address: 'fa:16:3e:10:00:01',
    type: 'bridge',
    devname: 'tap4c1fb6f8-21',
    details: { port_filter: true },
    network: { id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01', bridge, meta },
  },
  instance,
});

/** A VIF upon a VLAN device of its own. */
const onVlan = (link: string, vlan: number) => ({
  vif: {
    id,
    address: 'fa:16:3e:10:00:01',
    type: 'macvtap',
    devname: 'tap4c1fb6f8-21',
    details: { macvtap_source: 'wanted0', macvtap_mode: 'bridge', physical_interface: link, vlan },
    network: { id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01', bridge: 'none', meta: {} },
  },
  instance,
});

let driver: VifDriver;
const plugins = await builtInPlugins();
const open = (options: Readonly<Record<string, Readonly<Record<string, string>>>> = {}) =>
  createVifDriver({ host: openHost(), guests: new LibvirtGuestConfigurator(), plugins, options });

beforeEach(() => {
  ip('link add name nic0 type veth peer name far0');
  ip('link set dev nic0 up');
  ip('link set dev far0 up');
  ip('link add name nic1 type veth peer name far1');
  ip('link set dev nic1 up');
  driver = open();
});
afterEach(async () => {
  await driver.close();
  for (const name of ['br-new0', 'wanted0', 'upon0', 'nic0', 'nic1', 'other0']) {
    execFileSync('sh', ['-c', `ip link delete dev ${name}; true`], { stdio: 'ignore' });
  }
});

/** A plug that is refused, as the plan says, and that leaves the host as it was. */
async function refused(request: object, code: string, message: RegExp): Promise<void> {
  const before = everything();
  const { steps } = await driver.plan(request);
  expect(steps.find(({ blocked }) => blocked)?.blocked?.code).toBe(code);
  await expect(driver.plug(request)).rejects.toMatchObject({
    cause: { code, message: expect.stringMatching(message) },
  });
  expect(everything()).toEqual(before);
}

describe('a link that is of another type', () => {
  it.each([{ mtu: 1300 }, {}])('is no bridge to plug into, with an MTU or without (%o)', async (meta) => {
    await refused(
      onBridge('nic0', meta),
      'LINK_KIND_MISMATCH',
      /nic0 is a veth, not a Linux bridge: correct/,
    );
    await refused(onBridge('lo', meta), 'LINK_KIND_MISMATCH', /lo is a physical device, not a Linux bridge/);
  });

  it('is no bridge either where a bridge would be made', async () => {
    const request = onBridge('nic0', { should_create_bridge: true, bridge_interface: 'nic1' });
    await refused(request, 'LINK_KIND_MISMATCH', /nic0 is a veth.*it was not made for this VIF; remove it/);
  });
});

describe('a link of ours in place of a bridge', () => {
  const meta = { should_create_bridge: true, bridge_interface: 'nic1' };
  beforeEach(() => {
    ip('tuntap add dev br-new0 mode tap');
    // Of a tap of a single queue that is up, the kernel tells whether somebody has it open.
    ip('link set dev br-new0 alias vifkit:shared mtu 1400 up');
  });

  it('is made anew if it is idle', async () => {
    const { changes } = await driver.plug(onBridge('br-new0', meta));
    expect(changes[0]).toMatchObject({
      name: 'br-new0',
      differences: expect.arrayContaining([{ attribute: 'type', expected: 'bridge', actual: 'tap' }]),
    });
    expect(linkOf('br-new0')).toMatchObject({ ifalias: 'vifkit:shared', linkinfo: { info_kind: 'bridge' } });
    expect(linkOf('nic1').master).toBe('br-new0');
    expect((await driver.check(onBridge('br-new0', meta))).differences).toEqual([]);
    expect((await driver.plug(onBridge('br-new0', meta))).changes).toEqual([]);
  });

  it('is refused if it has an address', async () => {
    ip('address add 192.0.2.9/24 dev br-new0');
    await refused(onBridge('br-new0', meta), 'LINK_KIND_MISMATCH', /it has IP addresses.*not recreated/);
  });

  it('comes back when a later step of the plug fails', async () => {
    const before = linkOf('br-new0');
    // The kernel refuses to take the loopback device into a bridge.
    const failing = onBridge('br-new0', { ...meta, bridge_interface: 'lo' });
    await expect(driver.plug(failing)).rejects.toMatchObject({ undoFailures: [] });
    const { mtu, address, ifalias, linkinfo } = before;
    expect(linkOf('br-new0')).toMatchObject({ mtu, address, ifalias, linkinfo });
    expect(linkOf('br-new0').flags).toContain('UP');
  });
});

describe('an alternative name', () => {
  beforeEach(() => {
    ip('link property add dev nic0 altname enp9s0np0');
  });
  const message = /enp9s0np0 is an alternative name of link nic0: use nic0/;

  it('is refused as an uplink, with the name of its own', async () => {
    const meta = { should_create_bridge: true, bridge_interface: 'enp9s0np0' };
    await refused(onBridge('br-new0', meta), 'LINK_NOT_FOUND', message);
    await refused(
      onBridge('br-new0', { ...meta, should_create_vlan: true, vlan: 5 }),
      'LINK_NOT_FOUND',
      message,
    );
    await refused(onVlan('enp9s0np0', 5), 'LINK_NOT_FOUND', message);
  });

  it.each(['flat_interface', 'vlan_interface'])('is refused as the option %s', async (option) => {
    await driver.close();
    driver = open({ linux_bridge: { [option]: 'enp9s0np0' } });
    const vlan = option === 'vlan_interface' ? { should_create_vlan: true, vlan: 5 } : {};
    const meta = { should_create_bridge: true, bridge_interface: 'nic1', ...vlan };
    await refused(onBridge('br-new0', meta), 'LINK_NOT_FOUND', message);
  });

  it('is refused as a bridge, be it made or used', async () => {
    const made = onBridge('enp9s0np0', { should_create_bridge: true, bridge_interface: 'nic1' });
    await refused(made, 'LINK_KIND_MISMATCH', /enp9s0np0 is an alternative name of link nic0/);
    await refused(onBridge('enp9s0np0', { mtu: 1300 }), 'LINK_NOT_FOUND', message);
    await refused(onBridge('enp9s0np0'), 'LINK_NOT_FOUND', message);
  });
});
