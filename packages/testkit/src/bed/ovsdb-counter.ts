import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonSplitter } from '@vifkit/host/parts';

/** Counts the requests of an OVSDB server's clients, which connect to the counter instead of the server. */
export interface OvsdbCounter {
  /** The endpoint for clients. */
  readonly endpoint: string;
  /** The number of transactions so far that would change something. */
  readonly writes: number;
  /** The number of read-only transactions so far, and of monitors, which begin with all existing rows. */
  readonly reads: number;
  /** Forgets what was counted so far. */
  reset(): void;
  /** Ends the connections. */
  stop(): Promise<void>;
}

const CHANGING = new Set(['insert', 'update', 'mutate', 'delete']);
const LARGEST_MESSAGE = 256 * 1024 * 1024;

/** Starts to count in front of a server that listens on a Unix socket. */
export async function startOvsdbCounter(server: string): Promise<OvsdbCounter> {
  const directory = await mkdtemp(join(tmpdir(), 'ovsdb-')); // a short name: a socket's path has at most 107 bytes
  const path = join(directory, 'db.sock');
  const counts = { reads: 0, writes: 0 };
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const upstream = connect(server.replace(/^unix:/, ''));
    const splitter = new JsonSplitter(LARGEST_MESSAGE);
    client.on('data', (chunk: Buffer) => {
      for (const message of splitter.push(chunk)) {
        const kind = kindOf(message);
        if (kind) counts[kind]++;
      }
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // If either end closes, so does the other.
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(path, resolve));
  return {
    endpoint: `unix:${path}`,
    get reads() {
      return counts.reads;
    },
    get writes() {
      return counts.writes;
    },
    reset() {
      counts.reads = 0;
      counts.writes = 0;
    },
    async stop() {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function kindOf(message: { readonly method?: unknown; readonly params?: unknown }) {
  const { method, params } = message;
  if (method === 'monitor') return 'reads';
  if (method !== 'transact' || !Array.isArray(params)) return undefined;
  const [, ...operations] = params as [string, ...{ readonly op: string }[]];
  return operations.some(({ op }) => CHANGING.has(op)) ? 'writes' : 'reads';
}
