import type { Socket } from 'node:net';
import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OvsdbClient } from '../../src/ovsdb/client.js';
import type { TableUpdates } from '../../src/ovsdb/monitor.js';
import { answerAll, type Call, FakeServer } from './fake-server.js';

const eventually = { timeout: 20_000 };

let server: FakeServer;
let client: OvsdbClient;
let seen: [TableUpdates, boolean][];

const row = (n: number): TableUpdates => ({ T: { u: { new: { n } } } });
const listener = (updates: TableUpdates, initial: boolean) => seen.push([updates, initial]);
const soon = () => new Deadline(20_000).signal;
const update = (id: unknown, n: number) =>
  JSON.stringify({ id: null, method: 'update', params: [id, row(n)] });

beforeEach(async () => {
  seen = [];
  server = await FakeServer.start(onMonitor);
  client = new OvsdbClient({ endpoint: server.endpoint });
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

/** Answers the initial rows, and updates, all in one chunk. */
function onMonitor(call: Call, socket: Socket): void {
  if (call.method !== 'monitor') {
    answerAll(call, socket);
    return;
  }
  const id = call.params[1];
  const initial = JSON.stringify({ id: call.id, result: row(0), error: null });
  socket.write(initial + update(id, 1) + update(id, 2));
}

describe('monitor', () => {
  it('reports the initial rows first, then each update in order', async () => {
    await client.monitor('db', { T: { columns: ['n'] } }, listener, soon());
    expect(seen).toEqual([
      [row(0), true],
      [row(1), false],
      [row(2), false],
    ]);
    expect(server.calls[0]).toMatchObject({ params: ['db', 'vifkit-1', { T: { columns: ['n'] } }] });
  });

  it('keeps two monitors apart', async () => {
    const other: TableUpdates[] = [];
    await Promise.all([
      client.monitor('db', { T: {} }, listener, soon()),
      client.monitor('db', { T: {} }, (updates) => other.push(updates), soon()),
    ]);
    const [socket] = server.sockets;
    socket?.write(update('vifkit-2', 7) + update('vifkit-1', 8) + update('someone else', 9));
    await expect.poll(() => seen.at(-1), eventually).toEqual([row(8), false]);
    expect(other.at(-1)).toEqual(row(7));
  });

  it('gets nothing after it was cancelled, and notifies the server', async () => {
    const monitor = await client.monitor('db', { T: {} }, listener, soon());
    seen = [];
    monitor.cancel();
    monitor.cancel();
    await expect.poll(() => server.count('monitor_cancel'), eventually).toBe(1);
    const [socket] = server.sockets;
    socket?.write(update('vifkit-1', 5));
    await client.transact('db', [], soon());
    expect(seen).toEqual([]);
  });

  it('is set up anew after a reconnect that nobody asked for, starting from the initial rows', async () => {
    await client.monitor('db', { T: {} }, listener, soon());
    await server.drop();
    seen = [];
    await server.listen();
    await expect.poll(() => seen.length, eventually).toBe(3);
    expect(seen[0]).toEqual([row(0), true]);
  });

  it('is set up anew ahead of the call that reconnects', async () => {
    await client.monitor('db', { T: {} }, listener, soon());
    await server.drop();
    await server.listen();
    server.calls.length = 0;
    await client.transact('db', [], soon());
    expect(server.calls.map((call) => call.method)).toEqual(['monitor', 'transact']);
  });

  it('that the server refuses is no more, and is not set up anew', async () => {
    server.onCall = (call, socket) => {
      if (call.method !== 'monitor') answerAll(call, socket);
      else socket.write(JSON.stringify({ id: call.id, result: null, error: { error: 'unknown database' } }));
    };
    await expect(client.monitor('no', { T: {} }, listener, soon())).rejects.toThrow('unknown database');
    await server.drop();
    await server.listen();
    await client.transact('db', [], soon());
    expect(server.count('monitor')).toBe(1);
    expect(seen).toEqual([]);
  });

  it('has reported everything that the server had before, once it is in sync', async () => {
    const monitor = await client.monitor('db', { T: {} }, listener, soon());
    server.onCall = (call, socket) => {
      socket.write(update('vifkit-1', 3));
      answerAll(call, socket);
    };
    await monitor.sync(soon());
    expect(seen.at(-1)).toEqual([row(3), false]);
    expect(server.calls.at(-1)).toMatchObject({ method: 'transact', params: ['db'] });
  });

  it('has reported the rows of a new connection, once it is in sync', async () => {
    const monitor = await client.monitor('db', { T: {} }, listener, soon());
    await server.drop();
    await server.listen();
    seen = [];
    await monitor.sync(soon());
    expect(seen[0]).toEqual([row(0), true]);
  });

  it('that the server will not have back is never in sync', async () => {
    const monitor = await client.monitor('db', { T: {} }, listener, soon());
    await server.drop();
    server.onCall = (call, socket) => {
      if (call.method !== 'monitor') answerAll(call, socket);
      else socket.write(JSON.stringify({ id: call.id, result: null, error: { error: 'unknown database' } }));
    };
    await server.listen();
    await expect(monitor.sync(soon())).rejects.toThrow('unknown database');
  });

  it('whose rows its listener cannot use is never in sync, and ends the connection', async () => {
    const unusable = () => {
      throw new VifError('OVSDB_PROTOCOL', 'not such a row');
    };
    const started = client.monitor('db', { T: {} }, unusable, soon());
    await expect(started).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });

    let isUsable = true;
    const moody = () => {
      if (!isUsable) unusable();
    };
    const monitor = await client.monitor('db', { T: {} }, moody, soon());
    const [first] = server.sockets;
    isUsable = false;
    first?.write(update('vifkit-2', 3));
    await expect(monitor.sync(soon())).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });
    await expect.poll(() => first?.destroyed, eventually).toBe(true);
  });
});
