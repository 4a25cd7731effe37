import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { builtInPlugins } from '@vifkit/cli';
import { isVifError } from '@vifkit/core';
import type { Routing } from '@vifkit/core/nova';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import {
  listLinks,
  makeVendorTools,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
  type VendorTools,
} from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTap } from './open-tap.js';

requireOwnNetwork();

const NOBODY = 65_534;
const devname = 'tap4f1c7a90-2b';

/** The VIF types whose taps we make, by the rules of both Novas. */
const kinds = [
  ...(['newton', 'current'] as const).flatMap((routing) =>
    ['tap', 'midonet', 'iovisor', 'vrouter', 'ivs'].map((type) => ({ type, routing, details: {} })),
  ),
  { type: 'ovs', routing: 'current' as const, details: { ovs_create_tap: true, datapath_type: 'netdev' } },
];

/** Guests, and how many queues their cards have. */
const guests = [
  {
    title: 'with four queues',
    vcpus: 4,
    properties: { hw_vif_multiqueue_enabled: 'true' },
    virt_type: 'kvm',
    queues: 4,
  },
  {
    title: 'with one vCPU',
    vcpus: 1,
    properties: { hw_vif_multiqueue_enabled: 'true' },
    virt_type: 'kvm',
    queues: 1,
  },
  {
    title: 'without KVM',
    vcpus: 4,
    properties: { hw_vif_multiqueue_enabled: 'true' },
    virt_type: 'qemu',
    queues: 1,
  },
  {
    title: 'with another card',
    vcpus: 4,
    properties: { hw_vif_multiqueue_enabled: 'true', hw_vif_model: 'e1000' },
    virt_type: 'kvm',
    queues: 1,
  },
];

interface Guest {
  readonly vcpus: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly virt_type: string;
}

function requestFor(
  { type, routing, details }: { readonly type: string; readonly routing: Routing; readonly details: object },
  { vcpus, properties, virt_type }: Guest,
) {
  const network = { id: '90dd0f7e-4c55-4b1c-8d0e-3c2a5f6b7081', bridge: 'br-int', subnets: [], meta: {} };
  const id = '4f1c7a90-2b3d-4e5f-8a6b-7c8d9e0f1a2b';
  return {
    vif: { id, address: 'fa:16:3e:4f:1c:7a', type, vnic_type: 'normal', devname, details, network },
    instance: { uuid: 'b7c1f2de-8f0a-4c3b-9d5e-6a7b8c9d0e1f', project_id: 'p', display_name: 'web' },
    flavor: { vcpus },
    image: { properties },
    host: { virt_type },
    routing,
  };
}

let ovs: OpenVSwitch;
let tools: VendorTools;
const drivers: VifDriver[] = [];

beforeAll(async () => {
  ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  tools = await makeVendorTools();
  for (const name of ['mm-ctl', 'ifc_ctl', 'vrouter-port-control', 'ivs-ctl']) await tools.put(name, '');
});
afterAll(async () => {
  await tools.close();
  await ovs.stop();
});
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
  // The switch's own links come when they come.
  expect(listLinks().filter((name) => !['lo', 'br-int', 'ovs-netdev'].includes(name))).toEqual([]);
});

async function driverFor(tapOwner?: string | number): Promise<VifDriver> {
  const host = openHost({ ovsdb: ovs.endpoint, ...(tapOwner !== undefined && { tapOwner }) });
  const plugins = await builtInPlugins();
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins });
  drivers.push(driver);
  return driver;
}

const single = { vcpus: 1, properties: {}, virt_type: 'kvm' };
const several = { vcpus: 4, properties: { hw_vif_multiqueue_enabled: 'true' }, virt_type: 'kvm' };
const [tapKind] = kinds;
if (!tapKind) throw new Error('there are kinds of taps');

describe.each(kinds)('a tap that a plug makes for a VIF of type $type, by the rules of $routing', (kind) => {
  it.each(guests)("has the queues of its guest's card: $title", async ({ queues, ...guest }) => {
    const driver = await driverFor();
    const request = requestFor(kind, guest);
    const { device } = await driver.config(request);
    expect(/queues="(\d+)"/.exec(device.toXml())?.[1] ?? '1').toBe(String(queues));
    expect(device.toXml()).toContain(`<target dev="${devname}" managed="no"/>`);
    await driver.plug(request);
    expect(await openTap(devname, queues)).toBe('opened');
    expect(await openTap(devname, queues > 1 ? 1 : 2)).toBe('EINVAL');
    expect((await driver.check(request)).differences).toEqual([]);
    await driver.unplug(request);
  });

  it.each([
    ['one queue', single, 1],
    ['several queues', several, 4],
  ])('cannot be opened by another user: %s', async (_, guest, queues) => {
    const request = requestFor(kind, guest);
    const driver = await driverFor();
    await driver.plug(request);
    expect(await openTap(devname, queues, NOBODY)).toBe('EPERM');
    await driver.unplug(request);

    const theirs = await driverFor('nobody');
    await theirs.plug(request);
    expect(await openTap(devname, queues, NOBODY)).toBe('opened');
    expect(await openTap(devname, queues, NOBODY - 1)).toBe('EPERM');
    await theirs.unplug(request);
  });
});

describe('a tap that exists, made otherwise', () => {
  const tuntap = (...words: string[]) =>
    execFileSync('ip', ['tuntap', 'add', 'dev', devname, 'mode', 'tap', ...words]);

  it.each([
    ['queues', [], several, 4],
    ['queues', ['multi_queue', 'user', '0'], single, 1],
    ['an owner', [], single, 1],
    ['an owner', ['user', String(NOBODY)], single, 1],
  ])('is made anew for the sake of %s (%j)', async (_, words, guest, queues) => {
    tuntap(...words);
    const driver = await driverFor();
    const request = requestFor(tapKind, guest);
    expect((await driver.check(request)).differences).not.toEqual([]);
    await driver.plug(request);
    expect((await driver.check(request)).differences).toEqual([]);
    expect(await openTap(devname, queues)).toBe('opened');
    expect(await openTap(devname, queues, NOBODY)).toBe('EPERM');
    expect((await driver.plug(request)).changes).toEqual([]);
    await driver.unplug(request);
  });

  it('is a port of Open vSwitch again when it was one', async () => {
    const kind = {
      type: 'ovs',
      routing: 'current',
      details: { ovs_create_tap: true, datapath_type: 'netdev' },
    } as const;
    const driver = await driverFor();
    await driver.plug(requestFor(kind, single));
    await driver.plug(requestFor(kind, several));
    expect(await openTap(devname, 4)).toBe('opened');
    const port = async () => (await ovs.vsctl('get', 'Interface', devname, 'ofport', 'error')).trim();
    await expect.poll(port).toMatch(/^[1-9]\d*\n\[\]$/);
    const ports = () => execFileSync('ip', ['-json', 'link', 'show', 'dev', devname], { encoding: 'utf8' });
    expect(ports()).toContain('"UP"');
    await driver.unplug(requestFor(kind, several));
  });

  it('keeps its place on a bridge, and is as before when the plug fails', async () => {
    execFileSync('ip', ['link', 'add', 'name', 'br-t', 'type', 'bridge']);
    tuntap('user', String(NOBODY));
    execFileSync('ip', [
      'link',
      'set',
      'dev',
      devname,
      'master',
      'br-t',
      'mtu',
      '1400',
      'alias',
      'mine',
      'up',
    ]);
    execFileSync('ip', ['link', 'set', 'dev', devname, 'alias', '']);
    const state = () =>
      execFileSync('ip', ['-details', '-json', 'link', 'show', 'dev', devname], { encoding: 'utf8' });
    const known = () => {
      const [{ mtu, address, master, flags, linkinfo }] = JSON.parse(state());
      return { mtu, address, master, up: flags.includes('UP'), owner: linkinfo.info_data.user };
    };
    const found = known();
    const driver = await driverFor();
    const request = requestFor({ type: 'midonet', routing: 'newton', details: {} }, single);
    await tools.put('mm-ctl', 'exit 1');
    await expect(driver.plug(request)).rejects.toMatchObject({ code: 'PLUG_FAILED', undoFailures: [] });
    expect(known()).toEqual(found);
    await tools.put('mm-ctl', '');
    await driver.plug(request);
    expect(known()).toEqual({ ...found, owner: 'root' });
    await driver.unplug(request);
    execFileSync('ip', ['link', 'delete', 'dev', 'br-t']);
  });

  it('is refused while a program has it open, and nothing is changed', async () => {
    tuntap();
    execFileSync('ip', ['link', 'set', 'dev', devname, 'up']);
    const hold = `import fcntl, struct, sys
tap = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(tap, 0x400454CA, struct.pack('16sH22x', b'${devname}', 0x1002))
print('open', flush=True)
sys.stdin.read()`;
    const holder = spawn('/usr/bin/python3', ['-c', hold], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const driver = await driverFor();
    const request = requestFor(tapKind, several);
    const error = await driver.plug(request).catch((cause) => cause);
    expect(isVifError(error.cause, 'LINK_MADE_OTHERWISE')).toBe(true);
    expect(error.message).toContain('Stop the guest');
    holder.stdin.end();
    await once(holder, 'exit');
    await driver.plug(request);
    await driver.unplug(request);
  });
});
