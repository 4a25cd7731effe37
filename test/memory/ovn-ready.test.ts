import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isVifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import type { Operation, OperationResult } from '@vifkit/host/parts';
import type { MemoryHost } from '@vifkit/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hybrid, idOf, request, start } from './start.js';

const soon = () => new Deadline(20_000).signal;
const chassis = 'hv1';
const vif = hybrid(1);
const port = `qvo${idOf(1).slice(0, 11)}`;

/** Notes on an interface what ovn-controller notes once the flows of its port are in. */
async function installFlows({ ovs }: MemoryHost, name: string): Promise<void> {
  const mutations = [['external_ids', 'insert', ['map', [['ovn-installed', 'true']]]]] as const;
  const where = [['name', '==', name]] as const;
  await ovs.transact('Open_vSwitch', [{ op: 'mutate', table: 'Interface', where, mutations }], soon());
}

/** Calls when the host has a port that ovs-vswitchd has opened. */
async function whenWired({ ovs }: MemoryHost, name: string, then: () => Promise<void>): Promise<void> {
  const monitor = await ovs.monitor('Open_vSwitch', { Interface: {} }, (updates) => {
    for (const { new: row } of Object.values(updates.Interface ?? {})) {
      if (row?.name !== name || !(Number(row.ofport) > 0)) continue;
      monitor?.cancel();
      setImmediate(() => void then());
    }
  });
}

/** Has the southbound database tell of the port of the request: who has claimed it, and who is to. */
async function bind({ southbound }: MemoryHost, by: string | undefined, requested?: string): Promise<void> {
  const transact = (...operations: Operation[]) => southbound?.transact('OVN_Southbound', operations, soon());
  const chassis = by === undefined ? [] : [await chassisNamed(by, transact)];
  const wanted = requested === undefined ? [] : [['requested-chassis', requested] as const];
  const row = {
    logical_port: idOf(1),
    chassis: ['set', chassis],
    options: ['map', wanted],
    up: false,
  } as const;
  await transact({ op: 'insert', table: 'Port_Binding', row });
}

async function chassisNamed(
  name: string,
  transact: (...operations: Operation[]) => Promise<readonly OperationResult[]> | undefined,
) {
  const [found] = (await transact({ op: 'select', table: 'Chassis', where: [['name', '==', name]] })) ?? [];
  const [made] = found?.rows?.[0]
    ? []
    : ((await transact({ op: 'insert', table: 'Chassis', row: { name } })) ?? []);
  const id = made?.uuid ?? found?.rows?.[0]?._uuid;
  if (!Array.isArray(id)) throw new Error(`There is no chassis ${name}`);
  return ['uuid', String(id[1])] as const;
}

/** A control socket that answers as ovn-controller's does, or not at all. */
async function controller(answer: string | undefined): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ovn-'));
  const server = createServer((socket) => {
    socket.on(
      'data',
      () => answer !== undefined && socket.write(`{"id":0,"result":"${answer}","error":null}`),
    );
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 'ovn-controller.1.ctl'), resolve));
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });
  return directory;
}

async function failureOf(host: MemoryHost, plugging: Promise<unknown>) {
  const before = host.snapshot();
  const error = await plugging.catch((failure: unknown) => failure);
  if (!isVifError(error, 'PLUG_FAILED')) throw new Error(`It is not a failed plug: ${error}`);
  expect(host.snapshot()).toEqual(before);
  return error.cause;
}

describe('a plug that waits for its port, on a host that OVN runs', () => {
  it('ends once its flows are in', async () => {
    const { host, driver } = start({ ovn: { chassis } });
    const began: string[] = [];
    await whenWired(host, port, async () => {
      began.push('flows');
      await installFlows(host, port);
    });
    await driver.plug(vif, { wait: true });
    expect(began).toEqual(['flows']);
    expect(host.ovs.snapshot().ports[port]?.interface?.externalIds).toMatchObject({
      'ovn-installed': 'true',
    });
    expect((await driver.plug(vif, { wait: true })).changes).toEqual([]);
    await driver.waitReady(vif, { timeout: 5_000 });
  });

  it('does not wait for OVN on a bridge that OVN does not run, or without OVN', async () => {
    for (const ovn of [{ chassis, bridge: 'br-other' }, undefined]) {
      const { host, driver } = start(ovn ? { ovn } : {});
      await driver.plug(vif, { wait: true });
      expect(host.ovs.snapshot().ports[port]?.interface?.ofport).toBeGreaterThan(0);
    }
  });

  it('is undone where the port cannot be opened, and says why', async () => {
    const { host, driver } = start({ ovn: { chassis } });
    host.hangAt(({ part }) => part === 'wiring');
    const cause = await failureOf(host, driver.plug(vif, { wait: 200, timeout: 3_000 }));
    expect(cause).toMatchObject({ code: expect.stringMatching(/OVS_NOT_WIRED|TIMEOUT/) });
  });

  const cases: [title: string, prepare: (host: MemoryHost) => Promise<void>, message: RegExp][] = [
    ['OVN has no such port', async () => {}, /no logical port named .*lsp-add/],
    ['OVN wants it elsewhere', (host) => bind(host, undefined, 'hv2'), /wants it on chassis hv2/],
    [
      'it is wanted here, by the name of the host',
      (host) => bind(host, undefined, 'host.example'),
      /no chassis has claimed/,
    ],
    ['another chassis has claimed it', (host) => bind(host, 'hv2'), /chassis hv2 has claimed it/],
    ['this chassis is still at it', (host) => bind(host, chassis), /still working on it/],
  ];

  it.each(cases)('is undone in time, and reports that %s', async (_, prepare, message) => {
    const { host, driver } = start({ ovn: { chassis } });
    await prepare(host);
    const cause = await failureOf(host, driver.plug(vif, { wait: 50 }));
    expect(cause).toMatchObject({ code: 'OVN_NOT_INSTALLED', message: expect.stringMatching(message) });
  });

  it.each([
    ['is not connected', 'not connected', /not connected to the southbound database/],
    ['is connected', 'connected', /no logical port named/],
    ['does not answer', undefined, /does not reply; restart it/],
  ])('reports that ovn-controller %s', async (_, answer, message) => {
    const runDirectory = await controller(answer);
    const { host, driver } = start({ ovn: { chassis, runDirectory } });
    const cause = await failureOf(host, driver.plug(vif, { wait: 50 }));
    expect(cause).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('reports that ovn-controller does not run', async () => {
    const runDirectory = await mkdtemp(join(tmpdir(), 'ovn-'));
    onTestFinished(() => rm(runDirectory, { recursive: true }));
    const { host, driver } = start({ ovn: { chassis, runDirectory } });
    const cause = await failureOf(host, driver.plug(vif, { wait: 50 }));
    expect(cause).toMatchObject({
      message: expect.stringContaining('ovn-controller does not run on this host'),
    });
  });
});

describe('waiting for a port that the hypervisor makes', () => {
  const guests = request(2);

  it('ends with the guest, and reports before that what is missing', async () => {
    const { host, driver } = start();
    await driver.plug(guests, { wait: true }); // it is made when the guest starts
    const early = driver.waitReady(guests, { timeout: 100 });
    await expect(early).rejects.toMatchObject({
      code: 'OVS_NOT_WIRED',
      message: expect.stringContaining('start the guest'),
    });
    const waiting = driver.waitReady(guests, { timeout: 10_000 });
    const { devname, id } = guests.vif;
    host.links.kernel.put({ name: devname, type: 'tap', up: true, tap: { multiQueue: false, isOpen: true } });
    const marks = { 'iface-id': id, 'vm-uuid': guests.instance.uuid };
    const common = { kind: 'putPort', owner: '', name: devname, bridge: 'br-int', wired: false } as const;
    await host.ovs.commit([{ ...common, portExternalIds: {}, settings: { externalIds: marks } }], soon());
    expect(await waiting).toMatchObject({ port: { name: devname, bridge: 'br-int' } });
  });
});
