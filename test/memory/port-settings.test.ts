import { Deadline } from '@vifkit/engine/time';
import type { MemoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { linuxBridge, request, start, tapOf } from './start.js';

const soon = () => new Deadline(20_000).signal;
const tap = tapOf(1);
const qos = { ingress_kbps: 2_000, egress_kbps: 1_000, egress_burst_kb: 12 };
const everything = { vlan: 5, trunk_vlans: [20, 10], isolated: true, qos };

/** What the rows of a port say that a request settles. */
async function rowsOf({ ovs }: MemoryHost, name: string) {
  const where = [['name', '==', name]] as const;
  const [port, its, qos] = await ovs.transact(
    'Open_vSwitch',
    [
      { op: 'select', table: 'Port', where, columns: ['tag', 'vlan_mode', 'trunks', 'protected', 'qos'] },
      {
        op: 'select',
        table: 'Interface',
        where,
        columns: ['ingress_policing_rate', 'ingress_policing_burst'],
      },
      { op: 'select', table: 'QoS', where: [], columns: ['type', 'other_config'] },
    ],
    soon(),
  );
  return { port: port?.rows?.[0], its: its?.rows?.[0], queues: qos?.rows };
}

const none = ['set', []];

describe('a port of Open vSwitch that its request settles', () => {
  it('has its VLANs, its isolation and its limits with the plug', async () => {
    const { host, driver } = start();
    await driver.plug(request(1, everything));
    expect(await rowsOf(host, tap)).toMatchObject({
      port: { tag: 5, vlan_mode: 'native-untagged', trunks: ['set', [10, 20]], protected: true },
      its: { ingress_policing_rate: 2_000, ingress_policing_burst: 200 },
      queues: [
        { type: 'linux-htb', other_config: ['map', expect.arrayContaining([['max-rate', '1000000']])] },
      ],
    });
    expect((await driver.check(request(1, everything))).differences).toEqual([]);
    expect((await driver.plug(request(1, everything))).changes).toEqual([]);
  });

  it('is changed in place by another plug, and loses what is not asked for any more', async () => {
    const { host, driver } = start();
    await driver.plug(request(1, everything));
    const { changes } = await driver.plug(request(1, { vlan: 7 }));
    expect(changes.map(({ kind }) => kind)).toEqual(['ovsPortSettings']);
    expect(await rowsOf(host, tap)).toMatchObject({
      port: { tag: 7, trunks: none, protected: false, qos: none },
      its: { ingress_policing_rate: 0, ingress_policing_burst: 0 },
      queues: [],
    });
    await driver.plug(request(1, { vlan: 0 }));
    expect(await rowsOf(host, tap)).toMatchObject({ port: { tag: none, vlan_mode: none } });
  });

  it('is reported, and put right, where somebody else has changed it', async () => {
    const { host, driver } = start();
    const vif = request(1, { vlan: 5, qos });
    await driver.plug(vif);
    const change = (table: string, row: object) => {
      const where = table === 'QoS' ? [] : ([['name', '==', tap]] as const);
      return host.ovs.transact('Open_vSwitch', [{ op: 'update', table, where, row: { ...row } }], soon());
    };
    await change('Port', { tag: 6 });
    await change('QoS', { other_config: ['map', [['max-rate', '5000']]] });
    const { differences } = await driver.check(vif);
    expect(differences.flatMap(({ differences }) => differences.map(({ attribute }) => attribute))).toEqual([
      'vlan',
      'egress',
    ]);
    await driver.plug(vif);
    expect((await driver.check(vif)).differences).toEqual([]);
  });

  it('is as before when a plug that has changed it fails', async () => {
    const { host, driver } = start({ ovn: { chassis: 'hv1' } });
    const hybrid = { ovs_hybrid_plug: true };
    const name = tap.replace('tap', 'qvo');
    await driver.plug(request(1, { ...everything, ...hybrid }));
    const before = await rowsOf(host, name);
    const told = host.writes.length;
    // OVN never installs its flows.
    const plugging = driver.plug(request(1, { vlan: 9, ...hybrid }), { wait: 50 });
    await expect(plugging).rejects.toMatchObject({ code: 'PLUG_FAILED', undoFailures: [] });
    expect(host.writes.length).toBeGreaterThan(told);
    const qos = expect.anything(); // the row was made anew
    expect(await rowsOf(host, name)).toEqual({ ...before, port: { ...before.port, qos } });
  });

  it('takes its queue along when it is unplugged', async () => {
    const { host, driver } = start();
    await driver.plug(request(1, everything));
    await driver.unplug(request(1, everything));
    expect(await rowsOf(host, tap)).toEqual({ port: undefined, its: undefined, queues: [] });
  });
});

describe('a member of a Linux bridge that its request settles', () => {
  const lan = { links: [{ name: 'br-lan', type: 'bridge', up: true }] } as const;
  const settled = linuxBridge(1, { vlan: 5, trunk_vlans: [10, 20], isolated: true });

  it('is in its VLANs, and the bridge distinguishes them', async () => {
    const { host, driver } = start(lan);
    await driver.plug(settled);
    expect(host.links.snapshot()).toMatchObject({
      'br-lan': { vlanFiltering: true },
      [tap]: {
        master: 'br-lan',
        isolated: true,
        vlans: {
          5: { pvid: true, untagged: true },
          10: { pvid: false, untagged: false },
          20: { pvid: false, untagged: false },
        },
      },
    });
    expect((await driver.check(settled)).differences).toEqual([]);
    expect((await driver.plug(settled)).changes).toEqual([]);
  });

  it('has its VLANs on the uplink of the bridge, too, which keeps them', async () => {
    const { host, driver } = start({ links: [...lan.links, { name: 'eth0', up: true }] });
    const uplinked = linuxBridge(1, { vlan: 5 }, { should_create_bridge: true, bridge_interface: 'eth0' });
    await driver.plug(uplinked);
    await driver.unplug(uplinked);
    expect(host.links.snapshot()).not.toHaveProperty(tap);
    const { eth0 } = host.links.snapshot();
    expect([undefined, { pvid: false, untagged: false }]).toContainEqual(eth0?.vlans?.[5]);
  });

  it('is reported where somebody else has taken it out of a VLAN, and is put right', async () => {
    const { host, driver } = start(lan);
    await driver.plug(settled);
    host.links.kernel.links.get(tap)?.vlans.delete(10);
    const { differences } = await driver.check(settled);
    expect(differences).toMatchObject([{ kind: 'bridgePort', differences: [{ attribute: 'trunks' }] }]);
    await driver.plug(settled);
    expect((await driver.check(settled)).differences).toEqual([]);
  });

  it('gets back what it had when a plug that changes it fails', async () => {
    const { host, driver } = start(lan);
    await driver.plug(settled);
    const before = host.links.snapshot()[tap];
    let refusals = 1;
    host.failAt(({ what }) => what.startsWith('bridge link set') && refusals-- > 0);
    await expect(driver.plug(linuxBridge(1, { vlan: 6 }))).rejects.toMatchObject({
      code: 'PLUG_FAILED',
      undoFailures: [],
    });
    expect(host.links.snapshot()[tap]).toEqual(before);
  });

  it('leaves the bridge and its uplink as they were when its plug fails', async () => {
    const { host, driver } = start({ links: [...lan.links, { name: 'eth0', up: true }] });
    const meta = { should_create_bridge: true, bridge_interface: 'eth0' };
    await driver.plug(linuxBridge(1, {}, meta)); // without VLANs
    const before = host.links.snapshot();
    const failing = linuxBridge(2, { vlan: 6, trunk_vlans: [7] }, meta);
    host.failAt(({ what }) => what.startsWith('bridge link set'));
    await expect(driver.plug(failing)).rejects.toMatchObject({ code: 'PLUG_FAILED', undoFailures: [] });
    expect(host.links.snapshot()).toEqual(before);
  });

  it('leaves the VLANs and the filtering to another that needs them when its plug fails', async () => {
    const { host, driver } = start({ links: [...lan.links, { name: 'eth0', up: true }] });
    const meta = { should_create_bridge: true, bridge_interface: 'eth0' };
    let refusals = 1;
    host.failAt(({ what }) => what.startsWith('bridge link set') && refusals-- > 0);
    const results = await driver.plugAll([
      linuxBridge(1, { vlan: 6, trunk_vlans: [7] }, meta),
      linuxBridge(2, { vlan: 6 }, meta),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
    const { 'br-lan': bridge, eth0 } = host.links.snapshot();
    expect(bridge).toMatchObject({ vlanFiltering: true });
    expect(Object.keys(eth0?.vlans ?? {})).toEqual(['1', '6']);
    expect((await driver.check(linuxBridge(2, { vlan: 6 }, meta))).differences).toEqual([]);
  });

  it('can have no limits of its rate there', async () => {
    const { driver } = start(lan);
    await expect(driver.plug(linuxBridge(1, { qos }))).rejects.toMatchObject({
      message: expect.stringContaining('limits no rates'),
    });
  });
});

describe('a port that the plug does not connect', () => {
  it.each([...['tap', 'midonet', 'iovisor', 'vrouter', 'ivs']])(
    'is refused settings that nobody would make, of type %s',
    async (type) => {
      const { host, driver } = start();
      await expect(driver.plug(request(1, { trunk_vlans: [10], qos }, { type }))).rejects.toMatchObject({
        code: 'UNSUPPORTED_VIF',
        message: expect.stringContaining('trunk_vlans and qos of vif.details'),
      });
      expect(host.writes).toEqual([]);
    },
  );

  it('may say in which VLAN of the network it is, as Neutron does', async () => {
    const { driver } = start();
    const { id } = await driver.plug(request(1, { vlan: 5 }, { type: 'tap' }));
    expect(id).toBeDefined();
  });
});
