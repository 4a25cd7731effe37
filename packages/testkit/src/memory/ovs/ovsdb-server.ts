import { createServer, type Server, type Socket } from 'node:net';
import { JsonSplitter, type MonitorRequests, type Operation, type TableUpdates } from '@vifkit/host/parts';
import type { MemoryOvsdb } from './memory-ovsdb.js';

/** A call of a client (JSON-RPC 1.0). */
interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

const MAX_MESSAGE_LENGTH = 32 * 1024 * 1024;

/** An OVSDB server (RFC 7047) on a Unix socket of this process. It serves in-memory databases to clients. */
export class OvsdbServer {
  /** How often each method was called. */
  readonly calls = new Map<string, number>();
  readonly #server: Server;
  readonly #clients = new Set<Client>();

  /** @param databases by their names, as `Open_vSwitch` */
  constructor(
    private readonly path: string,
    databases: Readonly<Record<string, MemoryOvsdb>>,
  ) {
    this.#server = createServer((socket) => {
      const client = new Client(socket, databases, this.calls);
      this.#clients.add(client);
      socket.on('close', () => this.#clients.delete(client));
    });
  }

  get endpoint(): string {
    return `unix:${this.path}`;
  }

  /** Accepts clients from now on; it can be called again after `close`. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(this.path, resolve);
    });
  }

  /** Drops every client and accepts no more, like a server that ends. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers one client, one call after the other. */
class Client {
  readonly #monitors = new Map<unknown, () => void>();
  #answered = Promise.resolve();

  constructor(
    private readonly socket: Socket,
    private readonly databases: Readonly<Record<string, MemoryOvsdb>>,
    calls: Map<string, number>,
  ) {
    const splitter = new JsonSplitter(MAX_MESSAGE_LENGTH);
    socket.on('error', () => {}); // the client has gone
    socket.on('close', () => this.#end());
    socket.on('data', (chunk: Buffer) => {
      for (const message of splitter.push(chunk)) {
        const call = message as Call;
        calls.set(call.method, (calls.get(call.method) ?? 0) + 1);
        this.#answered = this.#answered.then(() => this.#answer(call));
      }
    });
  }

  drop(): void {
    this.socket.destroy();
  }

  async #answer({ id, method, params }: Call): Promise<void> {
    if (id === null) return; // a notification
    try {
      this.#send({ id, result: await this.#call(method, params), error: null });
    } catch (error) {
      this.#send({ id, result: null, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #call(method: string, params: readonly unknown[]): Promise<unknown> {
    const [first, ...others] = params;
    switch (method) {
      case 'echo':
        return params;
      case 'list_dbs':
        return Object.keys(this.databases);
      case 'transact':
        return this.#database(first).answer(others as Operation[], new AbortController().signal);
      case 'monitor':
        return this.#monitor(this.#database(first), others[0], others[1] as MonitorRequests);
      case 'monitor_cancel':
        this.#monitors.get(first)?.();
        this.#monitors.delete(first);
        return {};
      case 'lock':
        return { locked: !(await this.#isLocked(String(first))) };
      case 'unlock':
        return {};
      default:
        throw new Error(`unknown method ${method}`);
    }
  }

  async #monitor(database: MemoryOvsdb, id: unknown, requests: MonitorRequests): Promise<TableUpdates> {
    let initial: TableUpdates = {};
    const { cancel } = await database.monitor('', requests, (updates, isInitial) => {
      if (isInitial) initial = updates;
      else this.#send({ id: null, method: 'update', params: [id, updates] });
    });
    this.#monitors.set(id, cancel);
    return initial;
  }

  async #isLocked(lock: string): Promise<boolean> {
    const states = Object.values(this.databases).map((each) => each.isLocked(lock));
    return (await Promise.all(states)).includes(true);
  }

  #database(name: unknown): MemoryOvsdb {
    const found = this.databases[String(name)];
    if (!found) throw new Error(`unknown database ${name}`);
    return found;
  }

  #send(message: object): void {
    this.socket.write(JSON.stringify(message));
  }

  #end(): void {
    for (const cancel of this.#monitors.values()) cancel();
    this.#monitors.clear();
  }
}
