import type { Socket } from 'node:net';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byColumn } from '../../../src/openvswitch/rows/queries.js';
import { Replica } from '../../../src/openvswitch/rows/replica.js';
import { OvsdbClient } from '../../../src/ovsdb/client.js';
import { answer, answerAll, type Call, FakeServer, type OnCall } from '../../ovsdb/fake-server.js';

const soon = () => new Deadline(20_000).signal;
const byName = byColumn('name');

let server: FakeServer;
let client: OvsdbClient;
let replica: Replica;

beforeEach(async () => {
  server = await FakeServer.start(answerAll);
  client = new OvsdbClient({ endpoint: server.endpoint });
  replica = new Replica(client, { Port: ['name'] });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

/** A server that has these ports, by id. */
const having =
  (ports: Readonly<Record<string, object>>): OnCall =>
  (call, socket) => {
    if (call.method !== 'monitor') return answerAll(call, socket);
    const rows = Object.entries(ports).map(([id, row]) => [id, { new: row }]);
    return answer(socket, call, { Port: Object.fromEntries(rows) });
  };
const refusing = ({ id, method }: Call, socket: Socket) => {
  const error = method === 'monitor' ? { error: 'unknown database' } : null;
  socket.write(JSON.stringify({ id, result: [], error }));
};
const restart = async (onCall: OnCall) => {
  await server.drop();
  server.onCall = onCall;
  await server.listen();
};
const find = async (name: string) => (await replica.tables(soon())).find('Port', byName, name);

describe('a replica', () => {
  it('watches the columns that it is for, and gives each row its id', async () => {
    server.onCall = having({ u1: { name: 'a' } });
    expect(await find('a')).toEqual([{ _uuid: ['uuid', 'u1'], name: 'a' }]);
    expect(server.calls).toMatchObject([
      { params: ['Open_vSwitch', 'vifkit-1', { Port: { columns: ['name'] } }] },
    ]);
  });

  it('has nothing of an earlier connection once it is refreshed', async () => {
    server.onCall = having({ u1: { name: 'a' }, u2: { name: 'b' } });
    await find('a');
    await restart(having({ u2: { name: 'b' } }));
    await replica.refresh(soon());
    expect([await find('a'), await find('b')]).toMatchObject([[], [{ name: 'b' }]]);
  });

  it('that the server refuses is no more, and is made anew for the next who asks', async () => {
    server.onCall = having({ u1: { name: 'a' } });
    await find('a');
    await restart(refusing);
    await expect(replica.refresh(soon())).rejects.toMatchObject({ code: 'OVSDB_ERROR' });
    await expect(find('a')).rejects.toMatchObject({ code: 'OVSDB_ERROR' });
    server.onCall = having({ u3: { name: 'c' } });
    expect([await find('a'), await find('c')]).toMatchObject([[], [{ name: 'c' }]]);
  });

  it.each([
    ['without their key', {}],
    ['whose key is of another type', { name: ['set', []] }],
  ])('refuses rows %s, at the start and later', async (_, row) => {
    server.onCall = having({ u1: row });
    await expect(find('a')).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });

    await restart(having({ u1: { name: 'a' } }));
    await replica.refresh(soon());
    expect(await find('a')).toHaveLength(1);
    server.onCall = (call, socket) => {
      const params = ['vifkit-1', { Port: { u2: { new: row } } }];
      socket.write(JSON.stringify({ id: null, method: 'update', params }));
      having({ u1: row })(call, socket);
    };
    await expect(replica.refresh(soon())).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });
    await expect(find('a')).rejects.toMatchObject({ code: 'OVSDB_PROTOCOL' });
  });

  it('reports a state of its rows that comes about, also by a new connection', async () => {
    server.onCall = having({});
    const met = replica.until((tables) => tables.find('Port', byName, 'a').length > 0, 'port a', soon());
    await find('a');
    await restart(having({ u1: { name: 'a' } }));
    await met;
    const never = replica.until(() => false, 'the moon', new Deadline(50).signal);
    await expect(never).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('the moon'),
    });
  });
});
