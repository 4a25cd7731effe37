import { execFileSync } from 'node:child_process';
import { builtInPlugins, renderChanges, renderPlan } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

requireOwnNetwork();

const ip = (line: string) => execFileSync('ip', line.split(' '), { encoding: 'utf8', stdio: 'pipe' });
const id = '9e2d7f3a-5b1c-4e8d-a0f6-3c4b5d6e7f01';
const [qbr, qvb, qvo] = ['qbr', 'qvb', 'qvo'].map((each) => `${each}${id}`.slice(0, 14)) as [
  string,
  string,
  string,
];
const plugins = await builtInPlugins();

let ovs: OpenVSwitch;
let driver: VifDriver;

/** A hybrid VIF of this integration bridge. */
const request = (bridge: string) => ({
  vif: {
    id,
    address: 'fa:16:3e:10:00:05',
    type: 'ovs',
    devname: 'tap9e2d7f3a-5b',
    details: { ovs_hybrid_plug: true, port_filter: true, datapath_type: ovs.datapathType },
    network: { id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01', bridge, meta: { mtu: 1450 } },
  },
  instance: { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401', name: 'instance-00000005' },
});

function open(create_bridge = true): VifDriver {
  const guests = new LibvirtGuestConfigurator();
  const options = { ovs: { create_bridge } };
  driver = createVifDriver({ host: openHost({ ovsdb: ovs.endpoint }), guests, plugins, options });
  return driver;
}

beforeAll(async () => {
  ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', `datapath_type=${ovs.datapathType}`);
});
afterEach(async () => {
  await driver.unplug(request('br-int'));
  await driver.close();
  await ovs.vsctl('--if-exists', 'del-br', 'br-int9');
});
afterAll(() => ovs.stop());

describe('an integration bridge that is missing', () => {
  it('is made, and reported: it is connected to nothing', async () => {
    open();
    const note = /a new bridge br-int9 is connected to nothing yet: correct its name/;
    const plan = await driver.plan(request('br-int9'));
    expect(plan.steps.find(({ step }) => step.kind === 'ovsBridge')?.note).toMatch(note);
    expect(renderPlan(plan)).toMatch(note);
    const result = await driver.plug(request('br-int9'));
    expect(result.changes.find(({ kind }) => kind === 'ovsBridge')?.note).toMatch(note);
    expect(renderChanges(result)).toMatch(note);
    // It is there now, as every other.
    expect(JSON.stringify(await driver.plan(request('br-int9')))).not.toMatch(note);
  });

  it('is refused where plugs are not to make bridges', async () => {
    open(false);
    const links = ip('-brief link show').match(/^[^\s@]+/gm);
    await expect(driver.plug(request('br-int9'))).rejects.toMatchObject({
      cause: { code: 'OVS_BRIDGE_NOT_FOUND', message: expect.stringContaining('br-int9') },
    });
    expect(ip('-brief link show').match(/^[^\s@]+/gm)).toEqual(links);
    expect(await ovs.vsctl('list-br')).toBe('br-int\n');
    // One that is there will do.
    expect((await driver.plug(request('br-int'))).changes).not.toEqual([]);
  });

  it('is refused if a Linux bridge has its name, and nothing is left', async () => {
    open();
    ip('link add name br-int9 type bridge');
    try {
      await expect(driver.plug(request('br-int9'))).rejects.toMatchObject({
        cause: { code: 'OVS_PORT_FAILED' },
        undoFailures: [],
      });
      expect(await ovs.vsctl('list-br')).toBe('br-int\n');
      expect(JSON.parse(ip('-details -json link show dev br-int9'))[0].linkinfo.info_kind).toBe('bridge');
    } finally {
      ip('link delete dev br-int9');
    }
  });
});

describe('an Open vSwitch bridge', () => {
  it.each([{ mtu: 1300 }, { should_create_bridge: true, bridge_interface: 'lo' }])(
    'is no Linux bridge: %o',
    async (meta) => {
      open();
      const { vif, instance } = request('br-int');
      const onBridge = { vif: { ...vif, type: 'bridge', network: { ...vif.network, meta } }, instance };
      const before = ip('-json link show dev br-int');
      await expect(driver.plug(onBridge)).rejects.toMatchObject({
        cause: {
          code: 'LINK_KIND_MISMATCH',
          message: expect.stringMatching(/^Link br-int is .*, not a Linux bridge/),
        },
      });
      expect(ip('-json link show dev br-int')).toBe(before);
    },
  );
});

describe('a port of another type', () => {
  const typeOf = async () => (await ovs.vsctl('get', 'Interface', qvo, 'type')).trim();

  it('is refused if it is not the VIF’s, before anything is written', async () => {
    open();
    await ovs.vsctl('add-port', 'br-int', qvo, '--', 'set', 'Interface', qvo, 'type=patch', 'options:peer=x');
    const links = ip('-brief link show').match(/^[^\s@]+/gm);
    await expect(driver.plug(request('br-int'))).rejects.toMatchObject({
      cause: { code: 'OVS_MADE_OTHERWISE', message: expect.stringContaining(`ovs-vsctl del-port ${qvo}`) },
    });
    expect(await typeOf()).toBe('patch');
    expect(ip('-brief link show').match(/^[^\s@]+/gm)).toEqual(links);
    await ovs.vsctl('del-port', 'br-int', qvo);
  });

  it('is made anew if it is the VIF’s', async () => {
    open();
    await ovs.vsctl('add-port', 'br-int', qvo, '--', 'set', 'Interface', qvo, 'type=patch', 'options:peer=x');
    await ovs.vsctl('set', 'Interface', qvo, `external_ids:iface-id=${id}`);
    const { changes } = await driver.plug(request('br-int'));
    const port = changes.find(({ kind }) => kind === 'ovsPort');
    expect(port?.differences).toContainEqual({ attribute: 'type', expected: '', actual: 'patch' });
    expect(await typeOf()).toMatch(/^("")?$/);
    expect(Number(await ovs.vsctl('get', 'Interface', qvo, 'ofport'))).toBeGreaterThan(0);
    expect((await driver.check(request('br-int'))).differences).toEqual([]);
  });
});

describe('a veth pair with another end', () => {
  it.each([
    ['is made anew if it is the VIF’s and idle', `vifkit:${id}`],
    ['is refused if it is nobody’s', ''],
  ])('%s', async (_, alias) => {
    open();
    ip(`link add name ${qvb} type veth peer name else0`);
    if (alias) ip(`link set dev ${qvb} alias ${alias}`);
    const plugging = driver.plug(request('br-int'));
    if (alias) {
      await plugging;
      const [{ link, master }] = JSON.parse(ip(`-details -json link show dev ${qvb}`));
      expect({ link, master }).toEqual({ link: qvo, master: qbr });
      expect(ip('-brief link show')).not.toContain('else0');
    } else {
      await expect(plugging).rejects.toMatchObject({
        cause: { code: 'LINK_KIND_MISMATCH', message: expect.stringMatching(/other end 'else0', not 'qvo/) },
      });
      ip(`link delete dev ${qvb}`);
    }
  });

  it('is refused if its other end is in use', async () => {
    open();
    ip(`link add name ${qvb} type veth peer name else0`);
    ip(`link set dev ${qvb} alias vifkit:${id}`);
    ip('address add 192.0.2.9/24 dev else0');
    await expect(driver.plug(request('br-int'))).rejects.toMatchObject({
      cause: {
        code: 'LINK_KIND_MISMATCH',
        message: expect.stringContaining('its other end else0 is in use'),
      },
    });
    ip(`link delete dev ${qvb}`);
  });

  it('comes back when a later step of the plug fails', async () => {
    open(false);
    ip(`link add name ${qvo} type veth peer name else0`);
    ip(`link set dev ${qvo} alias vifkit:${id} mtu 1400 up`);
    ip('link set dev else0 mtu 1300');
    // Refused at the very end: by the kernel, to which this name is taken.
    ip('link add name br-int9 type bridge');
    await driver.close();
    open();
    await expect(driver.plug(request('br-int9'))).rejects.toMatchObject({ undoFailures: [] });
    const links = [qvo, 'else0'].map((name) => JSON.parse(ip(`-details -json link show dev ${name}`))[0]);
    expect(links.map(({ link, mtu, ifalias }) => ({ link, mtu, ifalias }))).toEqual([
      { link: 'else0', mtu: 1400, ifalias: `vifkit:${id}` },
      { link: qvo, mtu: 1300, ifalias: undefined },
    ]);
    ip(`link delete dev ${qvo}`);
    ip('link delete dev br-int9');
  });
});
