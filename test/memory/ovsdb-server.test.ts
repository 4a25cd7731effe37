import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Requirement } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { examineHost } from '@vifkit/host/doctor';
import { OvsdbClient, OvsdbOperationError } from '@vifkit/host/ovsdb';
import { OvsRunner, OvsSwitch } from '@vifkit/host/parts';
import { type MemoryHost, memoryHost, OvsdbServer } from '@vifkit/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driverFor, hybrid, idOf } from './start.js';

const soon = () => new Deadline(20_000).signal;
const port = `qvo${idOf(1).slice(0, 11)}`;

let folder: string;
let host: MemoryHost;
let server: OvsdbServer;
let client: OvsdbClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ovsdb-'));
  host = memoryHost({ ovsBridges: ['br-int'] });
  server = new OvsdbServer(join(folder, 'db.sock'), { Open_vSwitch: host.ovs });
  await server.listen();
  client = new OvsdbClient({ endpoint: server.endpoint });
});
afterEach(async () => {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true });
});

/** A driver whose Open vSwitch is behind the socket. */
function driver(livesOn = false) {
  const ovs = new OvsRunner(new OvsSwitch(client, livesOn), host.links);
  const runners = host.runners.map((each) => (each instanceof OvsRunner ? ovs : each));
  return driverFor({ ...host, runners });
}

describe('an Open vSwitch behind a socket', () => {
  it.each([
    ['read anew each time', false],
    ['known by a replica', true],
  ])('is plugged to, checked and left as it was, %s', async (_, livesOn) => {
    const before = host.ovs.snapshot();
    const vifs = driver(livesOn);
    await vifs.plugAll([hybrid(1), hybrid(2)]);
    expect(host.ovs.snapshot().ports[port]).toMatchObject({ bridge: 'br-int' });
    expect((await vifs.check(hybrid(1))).differences).toEqual([]);
    expect((await vifs.plug(hybrid(1))).changes).toEqual([]);
    await host.ovs.commit(
      [
        {
          kind: 'removePort',
          owner: idOf(2),
          name: port.replace(idOf(1).slice(0, 11), idOf(2).slice(0, 11)),
          ifMarked: true,
        },
      ],
      soon(),
    );
    const { differences } = await vifs.check(hybrid(2));
    expect(differences.map(({ kind }) => kind)).toContain('ovsPort');
    await vifs.unplugAll([hybrid(1), hybrid(2)]);
    expect(host.ovs.snapshot()).toEqual(before);
  });

  it('is not written to by a plug whose transaction fails', async () => {
    const before = host.ovs.snapshot();
    host.failAt(({ part }) => part === 'ovs');
    await expect(driver().plug(hybrid(1))).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    host.heal();
    expect(host.ovs.snapshot()).toEqual(before);
  });

  it('is waited for while its server restarts, and watched again', async () => {
    const told: boolean[] = [];
    const monitor = await client.monitor(
      'Open_vSwitch',
      { Bridge: { columns: ['name'] } },
      (_, isInitial) => {
        told.push(isInitial);
      },
    );
    expect(told).toEqual([true]);
    await server.close();
    const restarted = setTimeout(() => void server.listen(), 100);
    await monitor.sync(soon());
    clearTimeout(restarted);
    expect(told).toEqual([true, true]);
    expect(server.calls.get('monitor')).toBe(2);
    monitor.cancel();
  });

  it('refuses what it does not know, by the code of such refusals', async () => {
    const unknown = client.transact('Open_vSwitch', [{ op: 'select', table: 'Nothing', where: [] }], soon());
    await expect(unknown).rejects.toBeInstanceOf(OvsdbOperationError);
    const elsewhere = client.transact('Nowhere', [], soon());
    await expect(elsewhere).rejects.toMatchObject({ code: expect.stringMatching(/^OVSDB_/) });
  });
});

describe('what a host lacks', () => {
  const ovs: Requirement = { kind: 'ovsdb', name: 'Open vSwitch', from: 'openvswitch-switch' };
  const dpdk: Requirement = { kind: 'dpdk', name: 'Open vSwitch with DPDK', from: 'openvswitch-switch-dpdk' };
  const node: Requirement = { kind: 'program', name: 'node', from: 'nodejs' };
  const none: Requirement = { kind: 'program', name: 'no-such-program', from: 'nowhere' };
  const device: Requirement = { kind: 'device', name: '/dev/no-such-device', from: 'nowhere' };
  const examine = (...requirements: Requirement[]) =>
    examineHost(requirements, { ovsdb: server.endpoint }, soon());

  it('is reported in the order of the requirements, with the cure', async () => {
    const [first, second, third, fourth] = await examine(none, node, device, dpdk);
    expect(first).toMatchObject({ problem: expect.stringContaining('no-such-program') });
    expect(second).toBeUndefined();
    expect(third).toMatchObject({ problem: expect.stringContaining('/dev/no-such-device') });
    expect(fourth).toMatchObject({ remedy: expect.stringContaining('openvswitch-switch-dpdk') });
  });

  it('is ovs-vswitchd where nobody holds its lock, and nothing where somebody does', async () => {
    host.ovs.locks.delete('ovs_vswitchd');
    expect((await examine(ovs))[0]?.problem).toContain('ovs-vswitchd does not run');
    host.ovs.locks.add('ovs_vswitchd');
    expect((await examine(ovs))[0]?.problem ?? '').not.toContain('ovs-vswitchd');
  });

  it('is the server where nothing listens', async () => {
    await server.close();
    expect((await examine(ovs))[0]?.problem).toContain(server.endpoint);
    await server.listen();
  });
});
