import { type Logger, silentLogger } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';
import { withinDeadline } from '@vifkit/engine/time';
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
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; Open vSwitch's own socket by default. */
  readonly endpoint?: string | undefined;
  /** For an `ssl:` endpoint, which needs at least `ca`. */
  readonly tls?: OvsdbTlsOptions | undefined;
  /**
   * The maximum size in bytes of one message of the server, and of our data that it leaves unread. 32 MiB by default:
   * six times the size of the reply for 10 000 ports.
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Milliseconds of silence after which the server is probed. After the same time again without a reply, the connection
   * is closed. 5 000 by default, as in Open vSwitch's programs.
   */
  readonly probeInterval?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** Watching rows; see {@link OvsdbClient.monitor}. */
export interface OvsdbMonitor {
  /**
   * Waits until the listener has been given everything that the server had when this was called.
   *
   * @throws VifError what a call throws; also if the server refused the monitor after a reconnect.
   */
  sync(signal: AbortSignal): Promise<void>;
  /** Ends the monitor: the listener is not called any more. */
  cancel(): void;
}

/** The calls to an OVSDB server: over a connection, or to an in-memory one. */
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
  isLocked(lock: string, signal: AbortSignal): Promise<boolean>;
}

const rules: OptionRules<OvsdbClientOptions> = {
  endpoint: optionRules.text,
  tls: optionRules.object,
  maxMessageBytes: optionRules.bytes,
  probeInterval: optionRules.milliseconds,
  logger: optionRules.logger,
};

interface LockTry {
  readonly lock: string;
  readonly connection: Connection;
  readonly isLocked: Promise<boolean>;
}

/**
 * A client of an OVSDB server (RFC 7047). It connects when it is first used, reconnects when the server comes back, and
 * keeps the process alive until it is closed. Calls may overlap; the server processes them in the order in which they
 * were made.
 *
 * Every call rejects with a VifError: `OVSDB_UNREACHABLE`, `OVSDB_PROTOCOL`, `OVSDB_ERROR` (then an
 * OvsdbOperationError), `INVALID_OPTIONS` for TLS keys that cannot be used, or `TIMEOUT` and `ABORTED` when its signal
 * fires. Only after `OVSDB_ERROR` is it certain that a transaction did nothing: a transaction that writes is never sent
 * twice if the server may have received it.
 */
export class OvsdbClient implements Ovsdb {
  readonly #connector: Connector;
  readonly #monitors = new Map<string, Monitor>();
  readonly #logger: Logger;
  #monitorCount = 0;
  #lockTry: LockTry | undefined;

  /**
   * @throws VifError `INVALID_OPTIONS` for a malformed endpoint, an `ssl:` endpoint without a CA, or invalid options.
   */
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
   * Runs operations in one transaction: either all of them are done, or none.
   *
   * @returns one result for each operation.
   * @throws OvsdbOperationError if the server refuses it.
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
   * Whether somebody holds a lock of the server (RFC 7047, 4.1.8), as a daemon does that acts on a database
   * exclusively. To find out, the lock is requested, and released at once.
   */
  async isLocked(lock: string, signal: AbortSignal): Promise<boolean> {
    return retry('read', signal, async () => {
      const connection = await this.#connector.connection(signal);
      return withinDeadline(this.#tryLock(lock, connection), signal, 'asking the OVSDB server for a lock');
    });
  }

  /**
   * One try at a time, whose answer all callers share: the server refuses a second request for a lock. It does not end
   * with a caller's signal: a lock that is not released would keep the daemon from its database.
   */
  #tryLock(lock: string, connection: Connection): Promise<boolean> {
    const known = this.#lockTry;
    if (known?.lock === lock && known.connection === connection) return known.isLocked;
    const { closing } = this.#connector;
    const trying = async () => {
      const answer = await connection.call('lock', [lock], closing);
      await connection.call('unlock', [lock], closing);
      return values.isObject(answer) && Reflect.get(answer, 'locked') === false;
    };
    const isLocked = trying().finally(() => {
      if (this.#lockTry?.isLocked === isLocked) this.#lockTry = undefined;
    });
    isLocked.catch(() => {}); // its callers may have left
    this.#lockTry = { lock, connection, isLocked };
    return isLocked;
  }

  /**
   * Watches rows until it is cancelled, across reconnects. The listener is given the initial rows before this resolves.
   * The signal applies only until then; by default it is the one that fires when the client is closed.
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
        // On a lost connection there is nothing to cancel, but the next connection may already have the monitor again.
        if (['lost', 'unsent'].includes(failureOf(error))) this.#monitors.delete(id);
        else cancel();
        throw error;
      }
    });
    return { cancel, sync: (until) => retry('read', until, () => this.#sync(monitor, until)) };
  }

  /** Closes the connection. Calls in progress, and later ones, fail with `ABORTED`. */
  async close(): Promise<void> {
    this.#monitors.clear();
    await this.#connector.close();
  }

  /** The server reports changes before it replies to later requests. */
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

  /** Even if there are no calls now, the listeners wait for updates. */
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
