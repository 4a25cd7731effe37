import type { Socket } from 'node:net';
import { type Plan, type VifPlugin, vifPlugin } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { withDeadline } from '@vifkit/engine/time';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OvsSwitch } from '../../src/openvswitch/open-vswitch.js';
import { OvsRunner } from '../../src/openvswitch/ovs-runner.js';
import { OvsdbClient } from '../../src/ovsdb/client.js';
import { type Call, FakeServer, type OnCall } from './fake-server.js';

const eventually = { timeout: 20_000 };
const MiB = 1024 * 1024;
const LIMIT = 32 * MiB;

@vifPlugin({ name: 'port' })
class PortPlugin implements VifPlugin {
  describe(): never {
    throw new Error('not asked');
  }
  plug(): Plan {
    const port = { kind: 'ovsPort', bridge: 'br-int', name: 'tap0', externalIds: {}, wired: true } as const;
    return [{ kind: 'link', name: 'tap0', create: { type: 'tap' } }, port];
  }
  unplug(): Plan {
    return [
      { kind: 'ovsPortAbsent', name: 'tap0', own: true },
      { kind: 'linkAbsent', name: 'tap0', type: 'tap', own: true },
    ];
  }
}

const request = {
  vif: new VIFGeneric({
    id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
    address: 'fa:16:3e:10:00:02',
    plugin: 'port',
    vif_name: 'tap0',
  }),
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};

/** Sockets and timers that this process waits for. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((each) => /Pipe|TCP|Timeout/.test(each));
}

let before: string[];
let server: FakeServer;
let client: OvsdbClient;
let host: MemoryHost;
let isLongLived: boolean;

beforeEach(async () => {
  before = resources();
  server = await FakeServer.start(() => {});
  client = new OvsdbClient({ endpoint: server.endpoint });
  host = memoryHost({ links: [{ name: 'eth0' }] });
});

afterEach(async () => {
  await client.close();
  await expect.poll(() => server.sockets.size, eventually).toBe(0);
  await server.stop();
  await expect.poll(() => resources().length, eventually).toBeLessThanOrEqual(before.length);
});

/** Plugs through the server, on links in memory. What a plug that failed left behind is nothing. */
async function plug(onCall: OnCall, timeout = 10_000): Promise<unknown> {
  server.onCall = onCall;
  const memory = host.runners.filter(({ kinds }) => !kinds.includes('ovsPort'));
  const driver = createVifDriver({
    host: { ...host, runners: [...memory, new OvsRunner(new OvsSwitch(client, isLongLived))] },
    guests: { forObject: fail, forBackend: fail },
    plugins: [{ name: 'test', provides: [PortPlugin] }],
  });
  const links = host.snapshot();
  const [result] = await driver.plugAll([request], { timeout });
  expect(host.snapshot()).toEqual(links);
  expect(host.writes).toEqual([]);
  return result;
}

function fail(): never {
  throw new Error('not asked');
}

const failure = (code: string, message: string | RegExp = '') => ({
  error: { code: 'PLUG_FAILED', cause: { code, message: expect.stringMatching(message) } },
});

const says =
  (text: string | Buffer): OnCall =>
  (_, socket) =>
    socket.write(text);
const answers =
  (message: (call: Call) => object): OnCall =>
  (call, socket) =>
    socket.write(JSON.stringify(message(call)));
const results = (result: unknown): OnCall => answers(({ id }) => ({ id, result, error: null }));

/** Writes for ever, no faster than it is read. */
function flood(socket: Socket, chunk: string | Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
    if (!socket.destroyed) socket.once('drain', write);
  };
  write();
}

describe.each([
  ['is asked', false],
  ['is watched', true],
])('an OVSDB server that %s and', (_, lives) => {
  beforeEach(() => {
    isLongLived = lives;
  });

  it('is missing', async () => {
    await server.drop();
    expect(await plug(() => {})).toMatchObject(failure('OVSDB_UNREACHABLE', /start it/));
  });

  it('never answers', async () => {
    expect(await plug(() => {}, 100)).toMatchObject(failure('TIMEOUT'));
  });

  it('closes each connection in mid-reply', async () => {
    const cut: OnCall = ({ id }, socket) => socket.end(`{"id":${id},"result":[{"rows":[`);
    expect(await plug(cut)).toMatchObject(failure('OVSDB_UNREACHABLE'));
  });

  it.each([
    ['garbage', says(Buffer.from([0, 255, 254, 13, 10]))],
    ['another protocol', says('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['invalid UTF-8', says(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]))],
    ['JSON that is no JSON-RPC', says('{"hello":"world"}')],
    ['a list', says('[{"id":1,"result":[]}]')],
    ['nothing but an id', says('{"id":null}')],
    ['the answer to a call that was never made', answers(() => ({ id: 4711, result: [], error: null }))],
    ['an answer to a name', answers(() => ({ id: 'constructor', result: [], error: null }))],
    ['an answer to a list', answers(({ id }) => ({ id: [id], result: [], error: null }))],
    ['no list of results', results({ length: 9 })],
    ['too few results', results([{}])],
    ['results that are none', results(Array(9).fill(7))],
    ['results that are nothing', results(Array(9).fill(null))],
    ['rows that are none', results(Array(9).fill({ rows: [null, 7, 'row'] }))],
    ['rows that are no list', results(Array(9).fill({ rows: { length: 1 } }))],
    ['columns of another form', results(Array(9).fill({ rows: [{ name: { a: 1 }, ports: ['set', 7] }] }))],
    ['columns of another type', results(Array(9).fill({ rows: [{ name: 7, ports: 'none', _uuid: true }] }))],
    ['rows without columns', results(Array(9).fill({ rows: [{}] }))],
    ['nesting without an end', says(`{"id":1,"result":${'['.repeat(1_000_000)}`)],
    ['deep nesting that ends', says(`{"id":1,"result":${'['.repeat(100)}${']'.repeat(100)}}`)],
  ])('sends %s', async (_, onCall) => {
    expect(await plug(onCall)).toMatchObject(failure('OVSDB_PROTOCOL'));
  });

  it('refuses in very many words', async () => {
    const error = { error: 'no\u0000'.repeat(MiB), details: 'never'.repeat(MiB) };
    const result = await plug(answers(({ id }) => ({ id, result: null, error })));
    expect(result).toMatchObject(failure('OVSDB_ERROR'));
    expect((result as { error: Error }).error.message.length).toBeLessThan(5_000);
  });

  it('sends a message of 100 MB, of which it is rid of no more than the limit', async () => {
    let sender: Socket | undefined;
    const onCall: OnCall = (_, socket) => {
      sender = socket;
      socket.write('{"id":1,"result":["');
      for (let sent = 0; sent < 100; sent++) socket.write('x'.repeat(MiB));
    };
    expect(await plug(onCall)).toMatchObject(failure('OVSDB_PROTOCOL', /more than 33554432 bytes/));
    const unread = sender?.writableLength ?? 0;
    expect((sender?.bytesWritten ?? 0) - unread).toBeLessThan(LIMIT + 4 * MiB);
  });

  it('sends white space without an end', async () => {
    const whiteSpace: OnCall = (_, socket) => flood(socket, ' '.repeat(MiB));
    expect(await plug(whiteSpace, 100)).toMatchObject(failure('TIMEOUT'));
  });

  it('asks for echoes without an end, and never reads one', async () => {
    const echo = JSON.stringify({ id: 'e', method: 'echo', params: ['x'.repeat(MiB)] });
    const onCall: OnCall = (_, socket) => {
      socket.pause();
      flood(socket, echo);
    };
    expect(await plug(onCall, 60_000)).toMatchObject(failure('OVSDB_UNREACHABLE', /does not read/));
  });
});

describe('a monitor of a server that', () => {
  const nothing = () => {};
  const watch = (listener: () => void = nothing) =>
    withDeadline(10_000, undefined, (signal) => client.monitor('db', { T: {} }, listener, signal));

  it.each([
    ['is answered with nothing', null],
    ['has a table that is nothing', { T: null }],
    ['has a row that is nothing', { T: { id: null } }],
    ['has an update that is a list', { T: { id: [], other: { new: [] } } }],
    ['has a column that would run', { T: { id: { new: { cur_cfg: { valueOf: 1, toString: 1 } } } } }],
  ])('%s fails, and the listener hears nothing of it', async (_, rows) => {
    let heard = 0;
    server.onCall = results(rows);
    await expect(watch(() => void heard++)).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });
    expect(heard).toBe(0);
  });

  it('ends with a malformed change', async () => {
    server.onCall = (call, socket) => {
      if (call.method !== 'monitor') return;
      socket.write(JSON.stringify({ id: call.id, result: {}, error: null }));
      const params = [call.params[1], { T: { id: { new: null } } }];
      socket.write(JSON.stringify({ id: null, method: 'update', params }));
    };
    await watch();
    await expect.poll(() => server.count('monitor'), eventually).toBeGreaterThan(1); // on another connection
  });

  it('sends changes for ever and never the rows fails', async () => {
    server.onCall = (call, socket) => {
      const params = [call.params[1], {}];
      if (call.method === 'monitor') flood(socket, JSON.stringify({ id: null, method: 'update', params }));
    };
    await expect(watch()).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });
  });
});
