import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOpenVSwitch } from '../../src/doctor/open-vswitch-state.js';
import { OvsdbClient } from '../../src/ovsdb/client.js';
import { answer, FakeServer } from '../ovsdb/fake-server.js';

let rows: readonly object[];
let server: FakeServer;
let client: OvsdbClient;

beforeEach(async () => {
  server = await FakeServer.start((call, socket) => answer(socket, call, [{ rows }]));
  client = new OvsdbClient({ endpoint: server.endpoint });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const read = () => readOpenVSwitch(client, new Deadline(20_000).signal);
const withDpdk = ['set', ['dpdk', 'dpdkvhostuser', 'dpdkvhostuserclient', 'geneve']];
const withoutDpdk = ['set', ['geneve', 'internal']];

it.each([
  ['is on', { dpdk_initialized: true, iface_types: withDpdk }, true],
  ['is off', { dpdk_initialized: false, iface_types: withDpdk }, false],
  ['was left out when Open vSwitch was built', { dpdk_initialized: false, iface_types: withoutDpdk }, false],
  ['is on in a version that does not tell', { iface_types: withDpdk }, true],
  ['has interfaces of one type alone', { dpdk_initialized: true, iface_types: 'dpdkvhostuser' }, true],
  ['has no interfaces, as before ovs-vswitchd has started', { iface_types: ['set', []] }, false],
])('DPDK %s', async (_, row, hasDpdk) => {
  rows = [row];
  expect(await read()).toEqual({ hasDpdk });
});

it('is lacking where ovs-vswitchd has never run', async () => {
  rows = [];
  await expect(read()).rejects.toMatchObject({ code: 'OVSDB_ERROR' });
});
