import type { Socket } from 'node:net';
import { asVifError, VifError } from '@vifkit/core';
import { MAX_TIMER, signalError, whenFired } from '@vifkit/engine/time';
import { LostError, rpcError, UnsentError } from './errors.js';
import { JsonSplitter } from './json-splitter.js';

import { explainTlsError } from './tls.js';

export interface ConnectionOptions {
  /** The endpoint, for messages. */
  readonly name: string;
  readonly maxMessageBytes: number;
  /**
   * Milliseconds of silence after which the server is sent an echo request, and then abandoned if it does not reply.
   */
  readonly probeInterval: number;
  onNotification(method: string, params: readonly unknown[]): void;
  /** Called once, when no more calls can be made. */
  onClose(reason: VifError): void;
}

interface Pending {
  readonly method: string;
  unsent: boolean;
  settle(): void;
  resolve(result: unknown): void;
  reject(error: VifError): void;
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The id of our own echo calls. */
const PROBE = 'probe';

/** JSON-RPC 1.0 over one stream, as RFC 7047 uses it: both sides make calls, and both reply to `echo`. */
export class Connection {
  readonly #pending = new Map<number, Pending>();
  readonly #splitter: JsonSplitter;
  readonly #probe: NodeJS.Timeout;
  #probing = false;
  #nextId = 1;
  #closed: VifError | undefined;
  #hasReceived = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions,
  ) {
    this.#splitter = new JsonSplitter(options.maxMessageBytes);
    this.#probe = setInterval(() => this.#onSilence(), Math.min(options.probeInterval, MAX_TIMER)).unref();
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (cause) => {
      const why = explainTlsError(cause);
      this.close(this.#lost(`The connection to it was lost${why === undefined ? '' : `: ${why}`}`, cause));
    });
    socket.on('close', () => this.close(this.#lost('It closed the connection')));
  }

  /**
   * Whether the server has ever sent anything: a TLS server may accept the connection, and only then refuse our key.
   */
  get hasReceived(): boolean {
    return this.#hasReceived;
  }

  /**
   * Calls a method of the server.
   *
   * @throws VifError `TIMEOUT` or `ABORTED` once the signal fires, `OVSDB_UNREACHABLE` if the connection is lost first.
   *   In either case the server may or may not have carried out the call.
   */
  call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw signalError(signal, `calling OVSDB's ${method}`);
      if (this.#closed) throw this.#closed;
      const id = this.#nextId++;
      const settle = whenFired(signal, () => {
        this.#take(id)?.reject(signalError(signal, `waiting for the answer to OVSDB's ${method}`));
        // The server drops a transaction that is still waiting; no other call can be cancelled.
        if (method === 'transact') this.notify('cancel', [id]);
      });
      const pending = { method, unsent: false, settle, resolve, reject };
      this.#pending.set(id, pending);
      this.socket.ref();
      this.#send({ method, params, id }, (code) => {
        // The kernel did not accept it: the server was already gone, and we had not been notified yet.
        pending.unsent = code === 'EPIPE' || code === 'ECONNRESET';
      });
    });
  }

  /** Sends the server a notification, to which it does not reply. */
  notify(method: string, params: readonly unknown[]): void {
    this.#send({ method, params, id: null });
  }

  /** Closes the connection; calls in progress fail with the reason. */
  close(reason: VifError): void {
    if (this.#closed) return;
    this.#closed = reason;
    clearInterval(this.#probe);
    this.socket.destroy();
    for (const [id, { unsent }] of [...this.#pending]) {
      this.#take(id)?.reject(
        unsent ? new UnsentError(reason.code, reason.message, { cause: reason }) : reason,
      );
    }
    this.options.onClose(reason);
  }

  #send(message: Message, onFailure?: (code: string | undefined) => void): void {
    if (this.#closed) return;
    if (this.socket.writableLength > this.options.maxMessageBytes) {
      this.close(this.#lost('It does not read what we send'));
      return;
    }
    this.socket.write(JSON.stringify(message), (error?: NodeJS.ErrnoException | null) => {
      if (error) onFailure?.(error.code);
    });
  }

  #take(id: unknown): Pending | undefined {
    const pending = this.#pending.get(id as number);
    this.#pending.delete(id as number);
    if (this.#pending.size === 0) this.socket.unref(); // nothing is waiting: the process may end
    pending?.settle();
    return pending;
  }

  #receive(chunk: Buffer): void {
    this.#hasReceived = true;
    this.#probing = false;
    this.#probe.refresh();
    try {
      for (const message of this.#splitter.push(chunk)) this.#handle(message);
    } catch (error) {
      this.close(
        asVifError(error, 'OVSDB_PROTOCOL', `A message from ${this.options.name} cannot be handled`),
      );
    }
  }

  #handle({ id, method, params, result, error }: Message): void {
    if (typeof method === 'string') {
      const list = Array.isArray(params) ? params : [];
      if (method === 'echo') this.#send({ id, result: list, error: null });
      else this.options.onNotification(method, list);
    } else if (!this.#isOurs(id)) {
      throw new VifError(
        'OVSDB_PROTOCOL',
        `${this.options.name} sent a message that is neither a call nor a reply to one of ours`,
      );
    } else {
      const pending = this.#take(id); // undefined: the reply to a probe, or to a call that was aborted
      if (error === null || error === undefined) pending?.resolve(result);
      else pending?.reject(rpcError(pending.method, error));
    }
  }

  #isOurs(id: unknown): boolean {
    return id === PROBE || (Number.isInteger(id) && Number(id) > 0 && Number(id) < this.#nextId);
  }

  #onSilence(): void {
    if (this.#probing) {
      // The reply may have arrived, and be unread only because this process was busy: let it be read first.
      setImmediate(() => this.#probing && this.close(this.#silent()));
      return;
    }
    this.#probing = true;
    this.#send({ method: 'echo', params: [], id: PROBE });
  }

  /**
   * A server that is silent for that long would be silent at the next attempt too: this does not count as a lost
   * connection.
   */
  #silent(): VifError {
    const { code, message } = this.#lost('It does not answer');
    return new VifError(code, message);
  }

  #lost(what: string, cause?: unknown): LostError {
    const message = `The OVSDB server at ${this.options.name} is gone. ${what}; a change in progress may have been made`;
    return new LostError('OVSDB_UNREACHABLE', message, { cause });
  }
}
