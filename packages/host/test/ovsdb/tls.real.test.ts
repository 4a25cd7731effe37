import { execFile, execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { Deadline } from '@vifkit/engine/time';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OvsdbClient } from '../../src/ovsdb/client.js';
import type { OvsdbTlsOptions } from '../../src/ovsdb/endpoint.js';
import { type KeyFiles, letExpire, makeKeys } from './tls-keys.js';

const run = promisify(execFile);

let folder: string;
let keys: Record<'ovs.example' | 'us', KeyFiles>;
let foreign: Record<'us', KeyFiles>;
/** A certificate for the address that is dialled. */
let local: Record<'local', KeyFiles>;
let ovs: OpenVSwitch;
let endpoint: string;
const clients: OvsdbClient[] = [];

beforeAll(async () => {
  requireOwnNetwork();
  execFileSync('ip', ['link', 'set', 'lo', 'up']); // a new network namespace has it down
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const under = (name: string) => mkdtemp(join(folder, `${name}-`));
  keys = await makeKeys(await under('own'), ['ovs.example', 'us']);
  foreign = await makeKeys(await under('foreign'), ['us']);
  local = await makeKeys(await under('local'), ['local'], ['-addext', 'subjectAltName=IP:127.0.0.1']);
  await serve(keys['ovs.example']);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(async () => {
  await ovs.stop();
  await rm(folder, { recursive: true });
});

/** Has ovsdb-server listen with these keys, on the port that it had. */
async function serve({ ca, cert, key }: KeyFiles, ...more: readonly string[]): Promise<void> {
  const port = ovs ? endpoint.split(':').at(-1) : '0';
  await ovs?.stop();
  const tls = [`--ca-cert=${ca}`, `--certificate=${cert}`, `--private-key=${key}`, ...more];
  ovs = await startOpenVSwitch({ vswitchd: false, serverArgs: [`--remote=pssl:${port}:127.0.0.1`, ...tls] });
  const log = await readFile(join(ovs.directory, 'ovsdb-server.log'), 'utf8');
  endpoint = `ssl:127.0.0.1:${/listening on port (\d+)/.exec(log)?.[1] ?? port}`;
}

function connect(tls: OvsdbTlsOptions, to = endpoint): OvsdbClient {
  const client = new OvsdbClient({ endpoint: to, tls });
  clients.push(client);
  return client;
}

const soon = () => new Deadline(20_000).signal;
const ask = (client: OvsdbClient, signal = soon()) => client.transact('Open_vSwitch', [], signal);
const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a server over TLS', () => {
  it('is reached with keys in files, or given as text', async () => {
    const text = (path: string) => readFile(path, 'utf8');
    const { ca, cert, key } = keys.us;
    expect(await ask(connect(keys.us))).toEqual([]);
    expect(await ask(connect({ ca: await text(ca), cert: await text(cert), key: await text(key) }))).toEqual(
      [],
    );
  });

  it("is reached with keys that Open vSwitch's own tool made, whose names are of no host", async () => {
    const pki = async (...args: readonly string[]) => {
      const places = [`--dir=${folder}/pki`, `--log=${folder}/pki.log`];
      await run('ovs-pki', [...places, ...args], { cwd: folder });
    };
    await pki('init');
    await pki('req+sign', 'server', 'switch');
    await pki('req+sign', 'us', 'switch');
    const made = (name: string): KeyFiles => ({
      ca: `${folder}/pki/switchca/cacert.pem`,
      cert: `${folder}/${name}-cert.pem`,
      key: `${folder}/${name}-privkey.pem`,
    });
    await serve(made('server'));
    expect(await ask(connect(made('us')))).toEqual([]);
    await serve(keys['ovs.example']);
  });

  it('is not talked to if another authority signed its certificate', async () => {
    const call = ask(connect({ ...keys.us, ca: foreign.us.ca }));
    await expect(call).rejects.toThrow(
      failure('OVSDB_UNREACHABLE', /not signed by the given CA; give the CA/),
    );
  });

  it('refuses us, and that is said, without a certificate, or with one that another authority signed', async () => {
    const refusal = failure('OVSDB_UNREACHABLE', /it refuses our certificate, or was sent none/);
    await expect(ask(connect({ ca: keys.us.ca }))).rejects.toThrow(refusal);
    await expect(ask(connect({ ...foreign.us, ca: keys.us.ca }))).rejects.toThrow(refusal);
  });

  it('needs no certificate of ours where it asks for none', async () => {
    await serve(keys['ovs.example'], '--ca-cert=none');
    expect(await ask(connect({ ca: keys.us.ca }))).toEqual([]);
    await serve(keys['ovs.example']);
  });

  it('is not talked to if its certificate has expired', async () => {
    const own = await makeKeys(await mkdtemp(join(folder, 'late-')), ['server', 'us']);
    await letExpire(own.server);
    await serve(own.server);
    await expect(ask(connect(own.us))).rejects.toThrow(failure('OVSDB_UNREACHABLE', /has expired.*renew it/));
    await serve(keys['ovs.example']);
  });
});

describe('the name in its certificate', () => {
  it('is not looked at with an authority of our own, unless one is asked for', async () => {
    expect(await ask(connect({ ...keys.us, serverName: 'ovs.example' }))).toEqual([]);
    for (const serverName of ['other.example', '127.0.0.1']) {
      const call = ask(connect({ ...keys.us, serverName }));
      await expect(call).rejects.toThrow(failure('OVSDB_UNREACHABLE', /for another name/));
    }
  });

  it('has to be that of the host with an authority that everybody trusts', async () => {
    const all = async (ca: string) => `${await readFile(ca, 'utf8')}\n${rootCertificates.join('\n')}`;
    const call = ask(connect({ ...keys.us, ca: await all(keys.us.ca) }));
    await expect(call).rejects.toThrow(failure('OVSDB_UNREACHABLE', /for another name/));
    await serve(local.local);
    expect(await ask(connect({ ...local.local, ca: await all(local.local.ca) }))).toEqual([]);
    await serve(keys['ovs.example']);
  });
});

describe('keys that are renewed', () => {
  it('are used by the next connection of a client that lives on', async () => {
    const own = join(folder, 'renewed');
    const files = { ca: `${own}.ca`, cert: `${own}.cert`, key: `${own}.key` };
    const put = async (from: KeyFiles, ...names: readonly (keyof KeyFiles)[]) => {
      for (const name of names) await copyFile(from[name], files[name]);
    };
    await put(keys.us, 'ca', 'cert', 'key');
    const client = connect(files);
    await ask(client);
    await put(foreign.us, 'ca', 'cert'); // the key is not there yet
    await serve(foreign.us);
    const call = ask(client);
    await expect(ask(client, new Deadline(500).signal)).rejects.toThrow(
      failure('TIMEOUT', /come back.*the private key is not that of the certificate/),
    );
    await put(foreign.us, 'key');
    expect(await call).toEqual([]);
    await serve(keys['ovs.example']);
  });
});

describe('before anything is dialled', () => {
  it.each<[string, OvsdbTlsOptions, RegExp]>([
    ['no CA', {}, /ssl: endpoint needs the CA.*--ovsdb-ca/],
    ['a certificate without its key', { ca: 'x', cert: 'x' }, /go together/],
    ['a key without its certificate', { ca: 'x', key: 'x' }, /go together/],
  ])('%s is refused', (_, tls, message) => {
    expect(() => new OvsdbClient({ endpoint: 'ssl:127.0.0.1:1', tls })).toThrow(
      failure('INVALID_OPTIONS', message),
    );
  });

  const spoilt = async (change: (own: KeyFiles) => unknown): Promise<KeyFiles> => {
    const { us } = await makeKeys(await mkdtemp(join(folder, 'spoilt-')), ['us']);
    await change(us);
    return us;
  };

  it.each<[string, (own: KeyFiles) => unknown, RegExp]>([
    ['is not there', ({ ca }) => rm(ca), /CA certificate cannot be read.*ENOENT.*correct the path/],
    ['is a pipe', ({ key }) => rm(key).then(() => run('mkfifo', [key])), /private key .*not a regular file/],
    ['is huge', ({ cert }) => truncate(cert, 2 ** 30), /certificate .*more than 1048576 bytes/],
    ['is a key that everybody may read', ({ key }) => chmod(key, 0o644), /everybody may read it; chmod o=/],
    ['is a CA that everybody may change', ({ ca }) => chmod(ca, 0o666), /everybody may change it; chmod o-w/],
    ['has no certificate in it', ({ ca }) => writeFile(ca, 'nothing'), /has no certificate in it/],
    [
      'has a damaged certificate in it',
      ({ cert }) => writeFile(cert, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'),
      /certificate is damaged/,
    ],
    ['has the key of another', ({ key }) => copyFile(keys.us.key, key), /the private key is not that of/],
    ['has a damaged key in it', ({ key }) => writeFile(key, 'nothing'), /keys .* cannot be used: /],
    ['has expired', letExpire, /TLS certificate has expired: renew it/],
  ])('a file that %s is refused', async (_, change, message) => {
    let dialled = 0;
    const { port, close } = await listen(() => void dialled++);
    const call = ask(connect(await spoilt(change), `ssl:127.0.0.1:${port}`));
    await expect(call).rejects.toThrow(failure('INVALID_OPTIONS', message));
    expect(dialled).toBe(0);
    await close();
  });
});

describe('a server that', () => {
  it('speaks no TLS is reported', async () => {
    const { port, close } = await listen((socket) => socket.write('{"id":"echo","method":"echo"}'));
    const call = ask(connect(keys.us, `ssl:127.0.0.1:${port}`));
    await expect(call).rejects.toThrow(failure('OVSDB_UNREACHABLE', /the TLS handshake failed.*ssl: port/));
    await close();
  });

  it('closes in the handshake is reported', async () => {
    const { port, close } = await listen((socket) => socket.end());
    const call = ask(connect(keys.us, `ssl:127.0.0.1:${port}`));
    await expect(call).rejects.toThrow(failure('OVSDB_UNREACHABLE', /Cannot connect to ssl:/));
    await close();
  });

  it('stalls in the handshake holds a call no longer than its deadline, and than that of connecting', async () => {
    const sockets: Socket[] = [];
    const { port, close } = await listen((socket) => void sockets.push(socket));
    const client = connect(keys.us, `ssl:127.0.0.1:${port}`);
    const patient = ask(client);
    await expect(ask(client, new Deadline(100).signal)).rejects.toThrow(failure('TIMEOUT', /connecting to/));
    await expect(patient).rejects.toThrow(
      failure('OVSDB_UNREACHABLE', /does not reply to the TLS handshake/),
    );
    expect(sockets).toHaveLength(1);
    await close();
  });
});

/** A server of this process that says what a test wants. */
async function listen(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, close };
}
