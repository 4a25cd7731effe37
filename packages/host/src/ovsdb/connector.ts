import { isVifError, type Logger, VifError } from '@vifkit/core';
import { orAborted, signalError } from '@vifkit/engine/time';
import { Connection } from './connection.js';
import { dial } from './dial.js';
import type { OvsdbEndpoint, OvsdbTlsOptions } from './endpoint.js';
import { AwayError } from './errors.js';

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

/** Keeps one connection, which is made when it is first needed, and again after it was lost. */
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
   * Returns the connection, and makes it if there is none.
   *
   * @throws AwayError if the server replied before and is expected back, as it may be restarting; VifError otherwise
   */
  async connection(signal: AbortSignal): Promise<Connection> {
    try {
      return await orAborted(this.#open(), signal, () =>
        signalError(signal, `connecting to ${this.options.name}`),
      );
    } catch (error) {
      if (this.closing.aborted) throw this.#closed();
      throw this.#hasWorked && isPassing(error) ? new AwayError(error) : error;
    }
  }

  /** The current connection, if there is one. */
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
        this.#hasWorked ||= connection.hasReceived;
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

/** Whether another attempt may succeed: the server may come back, or keys that are being renewed may match again. */
function isPassing(error: unknown): error is VifError {
  return isVifError(error, 'OVSDB_UNREACHABLE') || isVifError(error, 'INVALID_OPTIONS');
}
