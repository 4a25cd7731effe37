import { type Logger, silentLogger } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';
import type { Connection } from './connection.js';
import { Connector } from './connector.js';
import {
  checkTlsOptions,
  DEFAULT_ENDPOINT,
  type OvsdbTlsOptions,
  parseEndpoint,
  readOvsdbTlsOptions,
} from './endpoint.js';
import { failureOf } from './errors.js';
import { Monitor, type MonitorListener, type MonitorRequests } from './monitor.js';
import type { Operation, OperationResult } from './operations.js';
import { readResults } from './results.js';
import { retry } from './retry.js';
import * as values from './values.js';

export type { OvsdbTlsOptions } from './endpoint.js';
export { OvsdbOperationError } from './errors.js';

/** How an OVSDB server is reached, and how long it may be silent. */
export interface OvsdbClientOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; Open vSwitch's own socket unless given. */
  readonly endpoint?: string | undefined;
  /** For an `ssl:` endpoint, which needs `ca` at least. */
  readonly tls?: OvsdbTlsOptions | undefined;
  /**
   * The most bytes that one message of the server may have, and those that it may leave unread of ours. 32 MiB unless
   * given: six times the answer about 10 000 ports.
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Milliseconds of silence after which the server is asked for a sign of life; as much again without one,
   * and the connection is given up. 5 000 unless given, as Open vSwitch's programs do.
   */
  readonly probeInterval?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** Watching rows; see {@link OvsdbClient.monitor}. */
export interface OvsdbMonitor {
  /**
   * Waits until the listener was told all that the server had when this was called.
   *
   * @throws VifError what a call throws; also when the server refused to have the monitor back after a reconnect.
   */
  sync(signal: AbortSignal): Promise<void>;
  /** The listener is not called any more. */
  cancel(): void;
}

/** What is asked of an OVSDB server: over a connection, or of one in memory. */
export interface Ovsdb {
  transact(
    database: string,
    operations: readonly Operation[],
    signal: AbortSignal,
  ): Promise<readonly OperationResult[]>;
  monitor(
    database: string,
    requests: MonitorRequests,
    listener: MonitorListener,
    signal?: AbortSignal,
  ): Promise<OvsdbMonitor>;
}

const rules: OptionRules<OvsdbClientOptions> = {
  endpoint: optionRules.text,
  tls: optionRules.object,
  maxMessageBytes: optionRules.bytes,
  probeInterval: optionRules.milliseconds,
  logger: optionRules.logger,
};

/**
 * A client of an OVSDB server (RFC 7047). It connects when it is first used, reconnects when the server
 * comes back, and holds the process open until it is closed. Calls may overlap; the server works on them in
 * the order in which they were made.
 *
 * Every call rejects with a VifError: `OVSDB_UNREACHABLE`, `OVSDB_PROTOCOL`, `OVSDB_ERROR` (then an
 * OvsdbOperationError), `INVALID_OPTIONS` for TLS keys that cannot be used, or `TIMEOUT` and `ABORTED` when its signal
 * fires. Only after `OVSDB_ERROR` is it
 * certain that a transaction did nothing: none that writes and that the server may have got is sent twice.
 */
export class OvsdbClient implements Ovsdb {
  readonly #connector: Connector;
  readonly #monitors = new Map<string, Monitor>();
  readonly #logger: Logger;
  #monitorCount = 0;

  /** @throws VifError `INVALID_OPTIONS` for a malformed endpoint, an `ssl:` one without a CA, or options that are none. */
  constructor(options?: OvsdbClientOptions) {
    const given = readOptions(options, 'OvsdbClient', rules);
    const name = given.endpoint ?? DEFAULT_ENDPOINT;
    const endpoint = parseEndpoint(name);
    const tls = readOvsdbTlsOptions(given.tls);
    checkTlsOptions(endpoint, tls);
    this.#logger = given.logger ?? silentLogger;
    this.#connector = new Connector({
      endpoint,
      name,
      tls,
      maxMessageBytes: given.maxMessageBytes ?? 32 * 1024 * 1024,
      probeInterval: given.probeInterval ?? 5_000,
      logger: this.#logger,
      onNotification: (method, params) => this.#onNotification(method, params),
      onOpen: (connection) => this.#restartMonitors(connection),
      onLost: () => this.#reconnectForMonitors(),
    });
  }

  /**
   * Runs operations in one transaction: all of them are done, or none.
   *
   * @returns one result for each operation.
   * @throws OvsdbOperationError when the server refuses it.
   */
  async transact(
    database: string,
    operations: readonly Operation[],
    signal: AbortSignal,
  ): Promise<readonly OperationResult[]> {
    const onlyReads = operations.every(({ op }) => op === 'select');
    const answer = await retry(onlyReads ? 'read' : 'write', signal, async () => {
      const connection = await this.#connector.connection(signal);
      return connection.call('transact', [database, ...operations], signal);
    });
    return readResults(operations, answer);
  }

  /**
   * Whether somebody holds a lock of the server (RFC 7047, 4.1.8), as a daemon does that alone may act on a database. It
   * is asked for, and given back at once.
   */
  async isLocked(lock: string, signal: AbortSignal): Promise<boolean> {
    return retry('read', signal, async () => {
      const connection = await this.#connector.connection(signal);
      const answer = await connection.call('lock', [lock], signal);
      await connection.call('unlock', [lock], signal);
      return values.isObject(answer) && Reflect.get(answer, 'locked') === false;
    });
  }

  /**
   * Watches rows until it is cancelled, across reconnects. The listener is told the initial rows before
   * this resolves; the signal counts until then, the closing of the client unless given.
   */
  async monitor(
    database: string,
    requests: MonitorRequests,
    listener: MonitorListener,
    signal: AbortSignal = this.#connector.closing,
  ): Promise<OvsdbMonitor> {
    const id = `vifkit-${++this.#monitorCount}`;
    const monitor = new Monitor(id, database, requests, listener);
    const cancel = () => {
      if (this.#monitors.delete(id)) void this.#cancel(id);
    };
    await retry('read', signal, async () => {
      const connection = await this.#connector.connection(signal);
      this.#monitors.set(id, monitor);
      try {
        await monitor.start(connection, signal);
      } catch (error) {
        // On a connection that was lost there is nothing to cancel, and the next one may have it again by then.
        if (['lost', 'unsent'].includes(failureOf(error))) this.#monitors.delete(id);
        else cancel();
        throw error;
      }
    });
    return { cancel, sync: (until) => retry('read', until, () => this.#sync(monitor, until)) };
  }

  /** Ends the connection. Calls under way, and later ones, fail with `ABORTED`. */
  async close(): Promise<void> {
    this.#monitors.clear();
    await this.#connector.close();
  }

  /** The server tells of changes before it answers what it was asked after them. */
  async #sync(monitor: Monitor, signal: AbortSignal): Promise<void> {
    const connection = await this.#connector.connection(signal);
    readResults([], await connection.call('transact', [monitor.database], signal));
    await monitor.started;
  }

  #onNotification(method: string, [id, updates]: readonly unknown[]): void {
    if (method === 'update' && typeof id === 'string') this.#monitors.get(id)?.update(updates);
  }

  #restartMonitors(connection: Connection): void {
    for (const monitor of this.#monitors.values()) {
      monitor.start(connection, this.#connector.closing).catch((error: unknown) => {
        this.#logger.warn({ monitor: monitor.id, error }, 'could not watch the OVSDB server again');
      });
    }
  }

  /** Nobody may be calling just now, but the listeners wait to hear more. */
  #reconnectForMonitors(): void {
    const { closing } = this.#connector;
    if (this.#monitors.size > 0)
      retry('read', closing, () => this.#connector.connection(closing)).catch(() => {});
  }

  async #cancel(id: string): Promise<void> {
    const connection = await this.#connector.current();
    await connection?.call('monitor_cancel', [id], this.#connector.closing).catch(() => {});
  }
}
