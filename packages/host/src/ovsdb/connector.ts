import { isVifError, type Logger, VifError } from '@vifkit/core';
import { orAborted, pause, signalError } from '@vifkit/engine/time';
import { Connection } from './connection.js';
import { dial } from './dial.js';
import type { OvsdbEndpoint } from './endpoint.js';
import type { OvsdbTlsOptions } from './tls.js';

export interface ConnectorOptions {
  readonly endpoint: OvsdbEndpoint;
  /** The endpoint as the user gave it. */
  readonly name: string;
  readonly tls: OvsdbTlsOptions;
  readonly maxMessageBytes: number;
  readonly probeInterval: number;
  readonly logger: Logger;
  onNotification(method: string, params: readonly unknown[]): void;
  /** Called before anything else is sent on a new connection. */
  onOpen(connection: Connection): void;
  onLost(): void;
}

// Milliseconds between attempts to reconnect.
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 1_000;

/** Keeps one connection, made when it is first needed and made anew after it was lost. */
export class Connector {
  readonly #closing = new AbortController();
  #connection: Promise<Connection> | undefined;
  #hasWorked = false;

  constructor(private readonly options: ConnectorOptions) {}

  /** Fires when the connector is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * The connection. A server that never answered is reported at once; one that did is expected back (it may
   * be restarting), and waited for until the signal fires.
   */
  async connection(signal: AbortSignal): Promise<Connection> {
    const { name } = this.options;
    let failure: VifError | undefined;
    const late = () => {
      const doing = failure
        ? `waiting for ${name} to come back. ${failure.message}`
        : `connecting to ${name}`;
      return signalError(signal, doing);
    };
    for (let delay = FIRST_PAUSE; ; delay = Math.min(2 * delay, LONGEST_PAUSE)) {
      try {
        return await orAborted(this.#open(), signal, late);
      } catch (error) {
        if (this.closing.aborted) throw this.#closed();
        if (!this.#hasWorked || !isPassing(error)) throw error;
        failure = error;
      }
      await pause(delay, signal);
      if (signal.aborted) throw late();
    }
  }

  /** The connection that there is at present, if any. */
  current(): Promise<Connection | undefined> {
    return this.#connection?.catch(() => undefined) ?? Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    (await this.current())?.close(this.#closed());
  }

  #open(): Promise<Connection> {
    this.#connection ??= this.#connect().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  async #connect(): Promise<Connection> {
    const { endpoint, name, tls, logger } = this.options;
    if (this.closing.aborted) throw this.#closed();
    const socket = await dial(endpoint, name, tls, this.closing);
    const connection = new Connection(socket, {
      ...this.options,
      onClose: (reason) => {
        this.#connection = undefined;
        this.#hasWorked ||= connection.heard;
        if (this.closing.aborted) return;
        logger.warn({ endpoint: name, error: reason.message }, 'lost the OVSDB server');
        this.options.onLost();
      },
    });
    logger.debug({ endpoint: name }, 'connected to the OVSDB server');
    this.options.onOpen(connection);
    return connection;
  }

  #closed(): VifError {
    return new VifError('ABORTED', `The connection to ${this.options.name} was closed by its owner`);
  }
}

/** Whether another attempt may fare better: the server comes back, or keys that are being renewed fit together again. */
function isPassing(error: unknown): error is VifError {
  return isVifError(error, 'OVSDB_UNREACHABLE') || isVifError(error, 'INVALID_OPTIONS');
}
