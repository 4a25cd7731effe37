import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonSplitter } from '../../src/ovsdb/json-splitter.js';

export interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a client's call is met with. Nothing is answered unless it does so. */
export type OnCall = (call: Call, socket: Socket) => void;

/** A server in this process that says exactly what a test tells it to. */
export class FakeServer {
  readonly calls: Call[] = [];
  readonly sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(
    readonly path: string,
    private readonly directory: string,
    public onCall: OnCall,
  ) {}

  static async start(onCall: OnCall): Promise<FakeServer> {
    const directory = await mkdtemp(join(tmpdir(), 'ovsdb-'));
    const server = new FakeServer(join(directory, 's'), directory, onCall);
    await server.listen();
    return server;
  }

  get endpoint(): string {
    return `unix:${this.path}`;
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  /** Drops every client and stops listening, as a server that ends. */
  async drop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    await this.drop();
    await rm(this.directory, { recursive: true });
  }

  /** How many times clients called this method. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  #accept(socket: Socket): void {
    const splitter = new JsonSplitter(1 << 20);
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const message of splitter.push(chunk)) {
        const call = message as Call;
        this.calls.push(call);
        if (typeof call.method === 'string') this.onCall(call, socket);
      }
    });
  }
}

export function answer(socket: Socket, call: Call, result: unknown): void {
  socket.write(JSON.stringify({ id: call.id, result, error: null }));
}

/** Answers each operation of a transaction with an empty result. */
export const answerAll: OnCall = (call, socket) => {
  answer(
    socket,
    call,
    call.params.slice(1).map(() => ({})),
  );
};
