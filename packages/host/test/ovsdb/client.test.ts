import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OvsdbClient, type OvsdbClientOptions } from '../../src/ovsdb/client.js';
import type { Operation } from '../../src/ovsdb/operations.js';
import { answer, answerAll, FakeServer } from './fake-server.js';

const eventually = { timeout: 20_000 };

const comment: Operation[] = [{ op: 'comment', comment: 'hello' }];
const failing = (code: string) => expect.objectContaining({ code });

let server: FakeServer;
let clients: OvsdbClient[];

beforeEach(async () => {
  server = await FakeServer.start(answerAll);
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
});

function client(options: OvsdbClientOptions = {}): OvsdbClient {
  const made = new OvsdbClient({ endpoint: server.endpoint, ...options });
  clients.push(made);
  return made;
}

const soon = () => new Deadline(20_000).signal;
const transact = (of: OvsdbClient, signal = soon()) => of.transact('db', comment, signal);
const dropped = (of: FakeServer) => expect.poll(() => of.sockets.size, eventually).toBe(0);

describe('connecting', () => {
  it('waits for the first call, and keeps one connection for all', async () => {
    const subject = client();
    expect(server.sockets.size).toBe(0);
    await Promise.all(Array.from({ length: 50 }, () => transact(subject)));
    expect(server.sockets.size).toBe(1);
    expect(server.count('transact')).toBe(50);
  });

  it('says at once that nothing listens, where, and what to do', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'none-'));
    const endpoint = `unix:${join(directory, 'absent')}`;
    const call = transact(client({ endpoint }));
    await expect(call).rejects.toThrow(failing('OVSDB_UNREACHABLE'));
    await expect(call).rejects.toThrow(`No OVSDB server listens at ${endpoint} (ENOENT): start it`);
    rmSync(directory, { recursive: true });
  });

  it('says at once that a connection was refused', async () => {
    // As a server that was killed: its socket is still there, but nobody listens.
    const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))`;
    const path = `${server.path}.killed`;
    spawnSync(process.execPath, ['-e', script, path]);
    await expect(transact(client({ endpoint: `unix:${path}` }))).rejects.toThrow('(ECONNREFUSED)');
  });

  it('tries again for the next call after a failure', async () => {
    const subject = client();
    await server.drop();
    await expect(transact(subject)).rejects.toThrow(failing('OVSDB_UNREACHABLE'));
    await server.listen();
    await expect(transact(subject)).resolves.toEqual([{}]);
  });

  it('refuses a malformed endpoint before anything else', () => {
    expect(() => client({ endpoint: 'nonsense' })).toThrow(failing('INVALID_OPTIONS'));
  });
});

describe('calls', () => {
  it('get their own answers, in whatever order they come', async () => {
    const waiting: (() => void)[] = [];
    server.onCall = (call, socket) => {
      waiting.unshift(() =>
        answer(socket, call, [{ count: Number((call.params[1] as { comment: string }).comment) }]),
      );
      if (waiting.length === 3) for (const send of waiting) send();
    };
    const subject = client();
    const results = [1, 2, 3].map((n) =>
      subject.transact('db', [{ op: 'comment', comment: `${n}` }], soon()),
    );
    expect(await Promise.all(results)).toEqual([[{ count: 1 }], [{ count: 2 }], [{ count: 3 }]]);
  });

  it('survive an answer that comes byte by byte', async () => {
    server.onCall = async (call, socket) => {
      socket.setNoDelay(true);
      const bytes = Buffer.from(
        JSON.stringify({ id: call.id, result: [{ rows: [{ name: 'ü{"€' }] }], error: null }),
      );
      for (const byte of bytes) {
        await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
      }
    };
    expect(await transact(client())).toEqual([{ rows: [{ name: 'ü{"€' }] }]);
  });

  it('that the server refuses as a whole carry its error', async () => {
    server.onCall = (call, socket) => {
      socket.write(
        JSON.stringify({ id: call.id, result: null, error: { error: 'unknown database', details: 'db' } }),
      );
    };
    await expect(transact(client())).rejects.toThrow(
      expect.objectContaining({
        code: 'OVSDB_ERROR',
        error: 'unknown database',
        details: 'db',
        operation: undefined,
      }),
    );
  });

  it('end at their deadline with TIMEOUT, are cancelled at the server, and leave others alone', async () => {
    let late = () => {};
    server.onCall = (call, socket) => {
      if (call.id === 1) late = () => answer(socket, call, [{}]);
      else if (call.method === 'transact') answerAll(call, socket);
    };
    const subject = client();
    await expect(transact(subject, new Deadline(30).signal)).rejects.toThrow(failing('TIMEOUT'));
    late();
    await expect(transact(subject)).resolves.toEqual([{}]);
    expect(server.calls.find((call) => call.method === 'cancel')).toMatchObject({ params: [1], id: null });
  });

  it('end with ABORTED when the caller aborts, before or after they are sent', async () => {
    server.onCall = () => {};
    const subject = client();
    await expect(transact(subject, AbortSignal.abort())).rejects.toThrow(failing('ABORTED'));
    const controller = new AbortController();
    const call = transact(subject, controller.signal);
    await expect.poll(() => server.count('transact'), eventually).toBe(1);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toThrow(expect.objectContaining({ code: 'ABORTED', cause: reason }));
  });

  it('under way fail with ABORTED when the client is closed, and so do later ones', async () => {
    server.onCall = () => {};
    const subject = client();
    const call = transact(subject);
    await expect.poll(() => server.count('transact'), eventually).toBe(1);
    await Promise.all([expect(call).rejects.toThrow(failing('ABORTED')), subject.close()]);
    await expect(transact(subject)).rejects.toThrow(failing('ABORTED'));
    await dropped(server);
  });
});

describe('a server that misbehaves', () => {
  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a message that is no call and no answer', '{"result":1}'],
  ])('%s fails the calls under way with OVSDB_PROTOCOL and ends the connection', async (_, text) => {
    server.onCall = (__, socket) => socket.write(text);
    await expect(transact(client())).rejects.toThrow(failing('OVSDB_PROTOCOL'));
    await dropped(server);
  });

  it('a message over the limit does so too', async () => {
    server.onCall = (call, socket) => answer(socket, call, ['x'.repeat(2000)]);
    await expect(transact(client({ maxMessageBytes: 1000 }))).rejects.toThrow(failing('OVSDB_PROTOCOL'));
    await dropped(server);
  });

  it('closing in the middle of an answer fails all calls under way with OVSDB_UNREACHABLE', async () => {
    let calls = 0;
    server.onCall = (_, socket) => {
      if (++calls === 3) socket.end('{"id":1,"result":[');
    };
    const subject = client();
    const results = await Promise.allSettled([1, 2, 3].map(() => transact(subject)));
    expect(results).toEqual(
      results.map(() =>
        expect.objectContaining({ status: 'rejected', reason: failing('OVSDB_UNREACHABLE') }),
      ),
    );
  });
});

describe('echo', () => {
  it("answers the server's with what it was given", async () => {
    server.onCall = (call, socket) => {
      socket.write('{"id":"echo","method":"echo","params":["a",{"b":1}]}');
      answerAll(call, socket);
    };
    await transact(client());
    await expect
      .poll(() => server.calls.at(-1), eventually)
      .toEqual({ id: 'echo', result: ['a', { b: 1 }], error: null });
  });

  it('is asked for after silence, and an answer keeps the connection', async () => {
    server.onCall = (call, socket) => {
      if (call.method === 'echo') answer(socket, call, call.params);
      else answerAll(call, socket);
    };
    const subject = client({ probeInterval: 100 });
    await transact(subject);
    await expect.poll(() => server.count('echo'), eventually).toBeGreaterThan(1);
    expect(server.sockets.size).toBe(1);
  });

  it('that stays unanswered ends the connection, and the calls on it', async () => {
    server.onCall = () => {};
    await expect(transact(client({ probeInterval: 15 }))).rejects.toThrow(failing('OVSDB_UNREACHABLE'));
    expect(server.count('echo')).toBe(1);
    await dropped(server);
  });
});

describe('a server that restarts', () => {
  it('is waited for by the next call', async () => {
    const subject = client();
    await transact(subject);
    await server.drop();
    const call = transact(subject);
    setTimeout(() => void server.listen(), 60);
    await expect(call).resolves.toEqual([{}]);
  });

  it('and does not come back is waited for until the deadline, which says so', async () => {
    const subject = client();
    await transact(subject);
    await server.drop();
    const call = transact(subject, new Deadline(80).signal);
    await expect(call).rejects.toThrow(failing('TIMEOUT'));
    await expect(call).rejects.toThrow(`No OVSDB server listens at ${server.endpoint}`);
  });

  it('does not get a transaction a second time', async () => {
    const subject = client();
    await transact(subject);
    server.onCall = (_, socket) => socket.destroy();
    await expect(transact(subject)).rejects.toThrow('may have been made');
    server.onCall = answerAll;
    await transact(subject);
    expect(server.count('transact')).toBe(3);
  });
});
