import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Deadline } from '@vifkit/engine/time';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OvsdbClient, type OvsdbClientOptions } from '../../src/ovsdb/client.js';
import type { Operation } from '../../src/ovsdb/operations.js';
import * as values from '../../src/ovsdb/values.js';
import { fillBacklog } from '../backlog.js';

const eventually = { timeout: 20_000 };

const DB = 'Open_vSwitch';

let ovs: OpenVSwitch;
let clients: OvsdbClient[] = [];

beforeAll(() => {
  requireOwnNetwork();
  execFileSync('ip', ['link', 'set', 'lo', 'up']); // a new network namespace has it down
});

beforeEach(async () => {
  ovs = await startOpenVSwitch({ vswitchd: false });
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
  await ovs.stop();
});

function connect(options: OvsdbClientOptions = {}): OvsdbClient {
  const client = new OvsdbClient({ endpoint: ovs.endpoint, ...options });
  clients.push(client);
  return client;
}

const soon = () => new Deadline(20_000).signal;
const externalIds: Operation = { op: 'select', table: DB, where: [], columns: ['external_ids'] };
const setExternalIds = (ids: Record<string, string>): Operation => ({
  op: 'update',
  table: DB,
  where: [],
  row: { external_ids: values.map(ids) },
});

async function readBack(client: OvsdbClient): Promise<Record<string, string>> {
  const [result] = await client.transact(DB, [externalIds], soon());
  return values.readStrings(result?.rows?.[0]?.external_ids);
}

describe('connecting', () => {
  it('waits for a busy server whose backlog is full', async () => {
    const { pid = 0 } = ovs.server;
    process.kill(pid, 'SIGSTOP');
    const waiting = await fillBacklog(ovs.endpoint.replace('unix:', ''));
    const resumed = pause(300).then(() => process.kill(pid, 'SIGCONT'));
    expect(await readBack(connect())).toEqual({});
    await resumed;
    for (const socket of waiting) socket.destroy();
  });
});

describe('whether a lock is held', () => {
  it('is asked by several at once', async () => {
    const client = connect();
    const asking = Array.from({ length: 5 }, () => client.isLocked('daemon', soon()));
    expect(await Promise.all(asking)).toEqual([false, false, false, false, false]);
    const other = await lockedBy('daemon');
    expect(await client.isLocked('daemon', soon())).toBe(true);
    other.destroy();
    await expect.poll(() => client.isLocked('daemon', soon()), eventually).toBe(false);
  });

  it('leaves the lock to others, also if nobody waits for the answer any more', async () => {
    const client = connect();
    await readBack(client);
    const { pid = 0 } = ovs.server;
    process.kill(pid, 'SIGSTOP');
    const asking = client.isLocked('daemon', new Deadline(200).signal);
    await expect(asking).rejects.toMatchObject({ code: 'TIMEOUT' });
    process.kill(pid, 'SIGCONT');
    await expect.poll(() => connect().isLocked('daemon', soon()), eventually).toBe(false);
    expect(await client.isLocked('daemon', soon())).toBe(false);
  });

  /** A connection that holds a lock of the server. */
  async function lockedBy(lock: string): Promise<Socket> {
    const socket = createConnection(ovs.endpoint.replace('unix:', ''));
    socket.write(JSON.stringify({ id: 1, method: 'lock', params: [lock] }));
    await once(socket, 'data');
    return socket;
  }
});

describe('transact', () => {
  it('writes and reads any text', async () => {
    const client = connect();
    const ids = { 'a}{"\\': 'ü€𝄞\n', b: '' };
    const [result] = await client.transact(DB, [setExternalIds(ids)], soon());
    expect(result).toEqual({ count: 1 });
    expect(await readBack(client)).toEqual(ids);
  });

  it('reads answers far larger than a chunk of the stream', async () => {
    const client = connect();
    const ids = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, '€'.repeat(100)]));
    await client.transact(DB, [setExternalIds(ids)], soon());
    expect(await readBack(client)).toEqual(ids);
  });

  it('does nothing of a transaction with a value that the schema refuses, and says which', async () => {
    const client = connect();
    const operations: Operation[] = [
      setExternalIds({ done: 'yes' }),
      { op: 'insert', table: 'Port', row: { name: 'p', tag: 4096 } },
    ];
    await expect(client.transact(DB, operations, soon())).rejects.toThrow(
      expect.objectContaining({ error: 'constraint violation', operation: 1 }),
    );
    expect(await readBack(client)).toEqual({});
  });

  it.each<[string, string, Operation[], number | undefined]>([
    [
      'referential integrity violation',
      'a reference to nothing',
      [
        {
          op: 'update',
          table: DB,
          where: [],
          row: { bridges: values.uuid('00000000-0000-0000-0000-000000000001') },
        },
      ],
      undefined,
    ],
    [
      'timed out',
      'a condition that does not hold',
      [{ op: 'wait', table: 'Bridge', where: [], columns: ['name'], until: '!=', rows: [], timeout: 0 }],
      0,
    ],
    ['aborted', 'a transaction that aborts itself', [{ op: 'abort' }], 0],
    ['not owner', 'a lock that is not held', [{ op: 'assert', lock: 'x' }], 0],
    [
      'duplicate uuid-name', // the RFC has no hyphen
      'a name given twice',
      [
        { op: 'insert', table: 'Port', row: { name: 'a' }, 'uuid-name': 'x' },
        { op: 'insert', table: 'Port', row: { name: 'b' }, 'uuid-name': 'x' },
      ],
      1,
    ],
    [
      'domain error',
      'a division by zero',
      [{ op: 'mutate', table: DB, where: [], mutations: [['next_cfg', '/=', 0]] }],
      0,
    ],
    ['syntax error', 'a table that does not exist', [{ op: 'select', table: 'Nothing', where: [] }], 0],
  ])('reports %s for %s', async (error, _, operations, operation) => {
    await expect(connect().transact(DB, operations, soon())).rejects.toThrow(
      expect.objectContaining({ code: 'OVSDB_ERROR', error, operation, details: expect.any(String) }),
    );
  });

  it('reports a database that does not exist', async () => {
    await expect(connect().transact('Nothing', [], soon())).rejects.toThrow(
      expect.objectContaining({ code: 'OVSDB_ERROR', error: 'unknown database' }),
    );
  });

  it('leaves the connection usable after one that waited in vain was called off', async () => {
    const client = connect();
    const forever: Operation = {
      op: 'wait',
      table: DB,
      where: [],
      columns: ['next_cfg'],
      until: '==',
      rows: [{ next_cfg: 77 }],
    };
    const call = client.transact(DB, [forever, setExternalIds({ late: 'yes' })], new Deadline(50).signal);
    await expect(call).rejects.toThrow(expect.objectContaining({ code: 'TIMEOUT' }));
    await ovs.vsctl('set', DB, '.', 'next_cfg=77');
    expect(await readBack(client)).toEqual({});
  });

  it('does not warn of many calls that share a signal', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const client = connect();
    const signal = soon();
    await Promise.all(Array.from({ length: 50 }, () => client.transact(DB, [externalIds], signal)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

it('reaches a server over TCP', async () => {
  await ovs.stop();
  ovs = await startOpenVSwitch({ vswitchd: false, serverArgs: ['--remote=ptcp:0:127.0.0.1'] });
  const log = await readFile(join(ovs.directory, 'ovsdb-server.log'), 'utf8');
  const endpoint = `tcp:127.0.0.1:${/listening on port (\d+)/.exec(log)?.[1]}`; // which the kernel chose
  expect(await readBack(connect({ endpoint }))).toEqual({});
});

describe('monitor', () => {
  it('hears of changes that others make, across a restart of the server', async () => {
    const client = connect();
    let ids: Record<string, string> = {};
    let initials = 0;
    const requests = { [DB]: { columns: ['external_ids'] } };
    const monitor = await client.monitor(
      DB,
      requests,
      (updates, initial) => {
        if (initial) initials++;
        for (const { new: row } of Object.values(updates[DB] ?? {})) {
          ids = values.readStrings(row?.external_ids);
        }
      },
      soon(),
    );
    expect([initials, ids]).toEqual([1, {}]);
    await ovs.vsctl('set', DB, '.', 'external_ids:a=1');
    await expect.poll(() => ids, eventually).toEqual({ a: '1' });
    await ovs.server.stop();
    await ovs.server.start();
    await ovs.vsctl('set', DB, '.', 'external_ids:a=2');
    await expect.poll(() => ids, eventually).toEqual({ a: '2' });
    expect(initials).toBe(2);
    monitor.cancel();
  });
});

describe('a server that restarts', () => {
  it('is waited for, and has what was committed', async () => {
    const client = connect();
    await client.transact(DB, [setExternalIds({ kept: 'yes' })], soon());
    await ovs.server.stop();
    const call = readBack(client);
    await ovs.server.start();
    expect(await call).toEqual({ kept: 'yes' });
  });

  it('is not waited for by a client that never reached it', async () => {
    await ovs.server.stop();
    await expect(readBack(connect())).rejects.toThrow(expect.objectContaining({ code: 'OVSDB_UNREACHABLE' }));
  });
});
