import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type OpenVSwitch, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { idOf, request, tapOf } from '../memory/start.js';
import { startSwitch } from './faults/kernel-switch.js';
import { rejection } from './faults/strike.js';
import { readWholeState } from './faults/whole-state.js';

requireOwnNetwork();

const own = `pb${idOf(1).slice(0, 12)}`;
const plugins = await builtInPlugins();
const options = { ovs: { per_port_bridge: true, isolate_vif: true } };
const before = request(1, { ovs_create_tap: true, datapath_type: 'netdev' });
/** An Open vSwitch without DPDK cannot open its port: the plug fails once the database has its rows. */
const after = request(
  1,
  { vhostuser_socket: '/run/vhu-absent', vhostuser_mode: 'server', vhostuser_ovs_plug: true },
  { type: 'vhostuser', devname: 'vhu9b2d1e01-70' },
);

let ovs: OpenVSwitch;
let driver: ReturnType<typeof createVifDriver>;
let other: ReturnType<typeof createVifDriver>;
beforeEach(async () => {
  ovs = await startSwitch();
  const open = (more: object = {}) =>
    createVifDriver({
      host: openHost({ ovsdb: ovs.endpoint }),
      guests: new LibvirtGuestConfigurator(),
      plugins,
      routing: 'current',
      ...more,
    });
  driver = open({ options });
  other = open();
});
afterEach(async () => {
  await driver?.gc({ keep: 'none' });
  await driver?.close();
  await other?.close();
  await ovs?.stop();
});

/** What an operator has set on the bridge and on its ports. */
async function touch() {
  const tap = tapOf(1);
  const port = `ibp${idOf(1)}`;
  const lines = [
    `set-controller ${own} tcp:127.0.0.1:6653 -- set Controller ${own} max_backoff=5000 other_config:a=b`,
    `set Bridge ${own} protocols=OpenFlow13,OpenFlow15 other_config:disable-in-band=true flood_vlans=5`,
    `-- --id=@n create NetFlow targets="127.0.0.1:5566" -- set Bridge ${own} netflow=@n`,
    `-- --id=@s create sFlow targets="127.0.0.1:6343" -- set Bridge ${own} sflow=@s`,
    `set Interface ${own} external_ids:operator=1`,
    `add-port ${own} theirs -- set Interface theirs type=patch options:peer=others external_ids:operator=1`,
    `add-port br-int others -- set Interface others type=patch options:peer=theirs`,
    `set Port ${tap} bond_fake_iface=true`,
    `set Interface ${tap} cfm_mpid=5`,
    `-- --id=@p get Port ${tap} -- --id=@m create Mirror name=m1 select_src_port=@p -- set Bridge ${own} mirrors=@m`,
    `-- --id=@p get Port ${port} -- --id=@m create Mirror name=m2 select_dst_port=@p -- set Bridge br-int mirrors=@m`,
  ];
  for (const line of lines) await ovs.vsctl(...line.split(' '));
}

/** What refers to rows, by the names of these, and what ovs-vswitchd derives from the id of the bridge's row. */
async function derived() {
  const list = (table: string, columns: string) =>
    ovs.vsctl('--format=json', '--data=json', `--columns=${columns}`, 'list', table);
  const address = async () => {
    const { stdout } = await execa('ip', ['-json', 'link', 'show', 'dev', own]);
    return JSON.parse(stdout)[0].address;
  };
  return {
    address: await vi.waitFor(address, { timeout: 10_000 }),
    datapath: await vi.waitFor(() => ovs.vsctl('get', 'Bridge', own, 'datapath_id'), { timeout: 10_000 }),
    mirrors: (
      JSON.parse(await list('Mirror', 'name,select_src_port,select_dst_port')).data as unknown[][]
    ).toSorted(),
    controllers: JSON.parse(await list('Controller', 'target,max_backoff,other_config')).data,
    netflow: JSON.parse(await list('NetFlow', 'targets')).data,
    sflow: JSON.parse(await list('sFlow', 'targets')).data,
  };
}

it('a bridge of the VIF is as it was after a plug that failed, with its address and all that an operator has set', async () => {
  await driver.plug(before);
  await touch();
  const [was, derivedBefore] = [await readWholeState(ovs), await derived()];
  const error = await rejection(other.plug(after));
  expect(error).toMatchObject({ step: { kind: 'ovsPort' }, undoFailures: [] });
  expect(await derived()).toEqual(derivedBefore);
  await vi.waitFor(async () => expect(await readWholeState(ovs)).toEqual(was), { timeout: 10_000 });
});

it('a bridge of the VIF has lost the flows that were made by hand: the error says so', async () => {
  await driver.plug(before);
  await ovs.vsctl('set-fail-mode', own, 'secure');
  const error = await rejection(other.plug(after));
  const message = expect.stringMatching(/cannot be restored: its flows/);
  expect(error).toMatchObject({ undoFailures: [{ code: 'OVSDB_ERROR', message }] });
  expect(await ovs.vsctl('get-fail-mode', own)).toBe('secure\n');
});
