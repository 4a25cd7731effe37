import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { spawnVif } from '../support/spawn-vif.js';

const run = promisify(execFile);

let folder: string;
let servers: (() => Promise<void>)[] = [];
let dialled = 0;

beforeAll(async () => {
  requireOwnNetwork();
  await run('ip', ['link', 'set', 'lo', 'up']); // a new network namespace has it down
  folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const make = (name: string, ...more: readonly string[]) => {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    return run('openssl', ['req', '-x509', ...newKey, '-subj', `/CN=${name}`, ...files, ...more]);
  };
  await make('authority');
  const signed = ['-CA', join(folder, 'authority.pem'), '-CAkey', join(folder, 'authority.key')];
  await make('other.example', ...signed);
  await make('us', ...signed);
});
afterEach(async () => {
  for (const close of servers) await close();
  servers = [];
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string) => join(folder, name);

/** Has a server of this process listen at a port of its own. */
async function listen(server: Server, event = 'connection', meet = (_: Socket) => {}): Promise<number> {
  dialled = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    dialled++;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on(event, (socket: Socket) => {
    socket.on('error', () => {});
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** What `vif gc` makes of a server: its lines, of which one tells of Open vSwitch. */
async function collect(endpoint: string, args: readonly string[] = [], env = process.env) {
  const state = ['--state-dir', join(folder, 'state')]; // others may have left records in the usual one
  const given = [
    'gc',
    '--keep-none',
    '--dry-run',
    '--format',
    'json',
    '--ovsdb',
    endpoint,
    ...state,
    ...args,
  ];
  const { status, stdout, stderr } = await spawnVif(given, { env });
  const lines = stdout.split('\n').slice(0, -1);
  return { status, stderr, errors: lines.map((line) => (JSON.parse(line) as { error?: object }).error) };
}

const refusal = (code: string, message: RegExp) => ({
  status: 1,
  stderr: '',
  errors: [{ code, message: expect.stringMatching(message) }],
});

describe('gc of a host whose OVSDB server', () => {
  const half = '{"id":1,"result":[{"rows":[{"name":"br-';
  it.each<[string, (socket: Socket) => unknown, string, RegExp]>([
    ['closes at once', (socket) => socket.end(), 'OVSDB_UNREACHABLE', /closed the connection/],
    ['resets at once', (socket) => socket.resetAndDestroy(), 'OVSDB_UNREACHABLE', /ECONNRESET|is gone/],
    ['sends garbage', (socket) => socket.end(Buffer.from([0, 255, 13])), 'OVSDB_PROTOCOL', /not JSON/],
    ['gives half an answer', (socket) => socket.end(half), 'OVSDB_UNREACHABLE', /closed the connection/],
    [
      'answers with nothing',
      (socket) => socket.on('data', () => socket.write('{"id":1,"result":null,"error":null}')),
      'OVSDB_PROTOCOL',
      /did not reply to every operation/,
    ],
    [
      'answers with an error that is none',
      (socket) => socket.on('data', () => socket.write('{"id":1,"result":null,"error":[null]}')),
      'OVSDB_ERROR',
      /refused/,
    ],
  ])('%s fails with a code', async (_, meet, code, message) => {
    const port = await listen(createServer(), 'connection', meet);
    expect(await collect(`tcp:127.0.0.1:${port}`)).toMatchObject(refusal(code, message));
  });
});

describe('a TLS server with a certificate for another name, of an authority that Node.js trusts,', () => {
  /** Answers every call with no rows. */
  const start = async () => {
    const [cert, key] = await Promise.all(
      ['pem', 'key'].map((end) => readFile(file(`other.example.${end}`))),
    );
    const answer = (socket: Socket) =>
      socket.on('data', (data: Buffer) => {
        const { id, params } = JSON.parse(data.toString()) as { id: unknown; params: unknown[] };
        const result = params.slice(1).map(() => ({ rows: [] }));
        socket.write(JSON.stringify({ id, result, error: null }));
      });
    return `ssl:127.0.0.1:${await listen(createTlsServer({ cert, key }), 'secureConnection', answer)}`;
  };
  const env = () => ({ ...process.env, NODE_EXTRA_CA_CERTS: file('authority.pem') });

  it('is not even dialled without a CA', async () => {
    const endpoint = await start();
    for (const command of ['plug', 'check', 'doctor']) {
      const stdin = '{"vif": {}}';
      const ended = await spawnVif([command, '--ovsdb', endpoint], { stdin, env: env() });
      expect(ended).toMatchObject({ status: 2, stdout: '' });
      expect(ended.stderr).toMatch(/^vif: INVALID_OPTIONS: .*--ovsdb-ca/);
    }
    expect(dialled).toBe(0);
  });

  it('is refused with another CA', async () => {
    const ended = await collect(await start(), ['--ovsdb-ca', file('us.pem')], env());
    expect(ended).toMatchObject(refusal('OVSDB_UNREACHABLE', /not signed by the given CA/));
    expect(dialled).toBeGreaterThan(0);
  });

  it('is taken with the CA alone, and refused where a name is asked for that is not its own', async () => {
    const endpoint = await start();
    const keys = ['--ovsdb-ca', file('authority.pem')];
    expect(await collect(endpoint, keys)).toMatchObject({ status: 0 });
    expect(await collect(endpoint, [...keys, '--ovsdb-name', 'other.example'])).toMatchObject({ status: 0 });
    expect(await collect(endpoint, [...keys, '--ovsdb-name', 'ovs.example'])).toMatchObject(
      refusal('OVSDB_UNREACHABLE', /for another name/),
    );
  });

  it('is not reached with a key that does not fit', async () => {
    const keys = ['--ovsdb-ca', file('authority.pem'), '--ovsdb-cert', file('us.pem')];
    const ended = await collect(await start(), [...keys, '--ovsdb-key', file('other.example.key')]);
    expect(ended).toMatchObject(refusal('INVALID_OPTIONS', /private key is not that of the certificate/));
    expect(dialled).toBe(0);
  });
});
