import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin, ended, spawnVif } from '../../packages/cli/test/support/spawn-vif.js';
import { rounds } from '../thorough.js';
import { type CommandLine, commandLines, type Files } from './command-lines.js';
import { faultsOf } from './judge-outcome.js';

const run = promisify(execFile);

/** Kilobytes of memory that any of these runs may need at most: several times what the command takes by itself. */
const mostMemory = 400 * 1024;

let folder: string;
let files: Files;

beforeAll(async () => {
  requireOwnNetwork();
  await run('ip', ['link', 'set', 'lo', 'up']); // a new network namespace has it down
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  files = { pipe: join(folder, 'pipe.js'), folder, noise: join(folder, 'noise.js') };
  execFileSync('mkfifo', [files.pipe]);
  await writeFile(files.noise, Buffer.from([0xff, 0xfe, 0, 1, 2]));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const output = ['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.pem')];
  await run('openssl', ['req', '-x509', ...key, '-subj', '/CN=ovs.example', ...output]);
});
afterAll(() => rm(folder, { recursive: true }));

/** Some at a time, as the machine has two processors. */
async function inTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0]);
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** Runs the command in a network namespace of its own, of which nothing stays, and sees how much memory it took. */
async function runAlone({ args, env, config, stdin }: CommandLine, index: number) {
  const file = join(folder, `${index}.json`);
  if (config !== undefined) await writeFile(file, config);
  const given = [...args, ...(config === undefined ? [] : ['--config', file])];
  const memory = `process.on('exit', () => require('node:fs').writeFileSync('${file}.memory', String(process.resourceUsage().maxRSS)));`;
  const preload = join(folder, `${index}.cjs`);
  await writeFile(preload, memory);
  const argv = ['--net', '--', process.execPath, '--require', preload, bin, ...given];
  const own = { VIF_STATE_DIR: join(folder, 'state'), PATH: process.env.PATH };
  const child = spawn('unshare', argv, { env: { ...own, ...env } });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return { status, stdout, stderr, memory: Number(await readFile(`${file}.memory`, 'utf8')) };
}

it('random command lines end in time, with a status, and in bounded memory', async () => {
  const lines = fc.sample(commandLines(files), { numRuns: rounds(75, 150), seed: 29 });
  const statuses = new Map<number | null, number>();
  let largest = 0;
  await inTurns(lines, async (line, index) => {
    const began = performance.now();
    const { memory, ...outcome } = await runAlone(line, index);
    const faults = faultsOf(outcome, false);
    if (performance.now() - began > 15_000) faults.push('late');
    if (memory > mostMemory) faults.push(`${memory} kB`);
    largest = Math.max(largest, memory);
    statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
    expect({ faults, line: faults.length > 0 ? line : null }).toEqual({ faults: [], line: null });
  });
  console.info(
    `${lines.length} processes, by status (most memory ${largest} kB):`,
    Object.fromEntries(statuses),
  );
});

const rows = (value: unknown) => JSON.stringify({ id: 1, error: null, result: value });

/** What a peer says to each piece that comes; it may say it piece by piece. */
const answers = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    ']',
    'null',
    '{}',
    '[]',
    '\0',
    '{"id":1}',
    rows(null),
    rows([]),
    rows([{}]),
    rows({}),
  ),
  fc.constantFrom(rows([{ rows: [{}] }]), rows([{ rows: 1 }]), rows([{ rows: [null] }, { rows: [[]] }])),
  fc.constantFrom(
    '{"id":1,"error":{},"result":null}',
    '{"id":1,"error":"x","result":null}',
    '{"method":"echo"}',
  ),
  fc.constantFrom('{"method":"echo","params":[],"id":null}', '['.repeat(100_000), '"'.padEnd(1_000_000, 'x')),
  fc.constantFrom('{"id":"__proto__","result":{}}', '{"method":"update","params":[1,{}],"id":null}'),
  fc.jsonValue({ maxDepth: 3 }).map((value) => rows(value)),
  fc.jsonValue({ maxDepth: 3 }).map((value) => rows([{ rows: [value] }, { rows: [value] }])),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const peers = fc.record({
  tls: fc.boolean(),
  speaksTls: fc.boolean(),
  atOnce: fc.boolean(),
  answers: fc.array(answers, { maxLength: 3 }),
  end: fc.constantFrom('stays', 'ends', 'resets'),
  command: fc.constantFrom('gc', 'check', 'doctor'),
});

const request = JSON.stringify({
  vif: {
    id: '3f0a1b52-0c11-4a51-9d2e-5a6b7c8d9e0f',
    address: 'fa:16:3e:10:00:07',
    type: 'ovs',
    network: { bridge: 'br-int' },
    details: { ovs_hybrid_plug: true },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
});

it('random OVSDB and TLS peers lead to a code, in time', { timeout: 240_000 }, async () => {
  const [cert, key] = await Promise.all(['pem', 'key'].map((end) => readFile(join(folder, `tls.${end}`))));
  const codes = new Map<string, number>();
  await inTurns(fc.sample(peers, { numRuns: rounds(25, 50), seed: 31 }), async (peer) => {
    const speaksTls = peer.tls && peer.speaksTls;
    const server: Server = speaksTls ? createTlsServer({ cert, key }) : createServer();
    const sockets = new Set<Socket>();
    const say = (socket: Socket) => {
      for (const each of peer.answers) socket.write(each, 'latin1');
      if (peer.end === 'ends') socket.end();
      if (peer.end !== 'resets') return;
      if (speaksTls) socket.destroy();
      else socket.resetAndDestroy();
    };
    server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => {})));
    server.on('tlsClientError', () => {});
    server.on(speaksTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      socket.on('error', () => {});
      if (peer.atOnce) say(socket);
      else socket.once('data', () => say(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const endpoint = `${peer.tls ? 'ssl' : 'tcp'}:127.0.0.1:${port}`;
    const more = peer.command === 'gc' ? ['--keep-none', '--dry-run'] : [];
    const ca = peer.tls ? ['--ovsdb-ca', join(folder, 'tls.pem')] : [];
    const args = [peer.command, ...more, '--ovsdb', endpoint, ...ca, '--format', 'json', '--timeout', '0.5'];
    const began = performance.now();
    const outcome = await spawnVif([...args, '--state-dir', join(folder, 'state')], { stdin: request });
    const faults = faultsOf(outcome, true);
    if (performance.now() - began > 15_000) faults.push('late');
    for (const [, code = ''] of outcome.stdout.matchAll(/"code":"([A-Z_]+)"/g)) {
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect({ faults, peer: faults.length > 0 ? peer : null }).toEqual({ faults: [], peer: null });
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  console.info('Random peers:', Object.fromEntries(codes));
  expect([...codes.keys()]).toEqual(expect.arrayContaining(['OVSDB_UNREACHABLE', 'OVSDB_PROTOCOL']));
});
