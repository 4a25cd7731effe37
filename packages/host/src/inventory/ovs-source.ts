import { isVifError } from '@vifkit/core';
import type { Thing } from '@vifkit/engine';
import { pause, untilFired } from '@vifkit/engine/time';
import { meansNoSwitch } from '../openvswitch/owned.js';
import type { Ovsdb, OvsdbMonitor } from '../ovsdb/client.js';
import type { MonitorListener, MonitorRequests, TableUpdates } from '../ovsdb/monitor.js';
import * as values from '../ovsdb/values.js';
import { COLUMNS, type OvsRows, type OvsTable, ovsThings } from './ovs-things.js';
import type { Source } from './source.js';

const DATABASE = 'Open_vSwitch';

/** Milliseconds until a server that is down is tried again. */
const RETRY_DELAY = 2_000;

/** What a monitor reports, up to its last update. */
interface Followed {
  readonly rows: OvsRows;
  readonly monitor: OvsdbMonitor;
}

/** The bridges and ports of an Open vSwitch. While it is watched, they are known from the updates of the database. */
export class OvsSource implements Source {
  /** One for each watch. All are up to date, so any of them serves a reading. */
  readonly #followed = new Set<Followed>();

  constructor(private readonly client: Pick<Ovsdb, 'transact' | 'monitor'>) {}

  async read(signal: AbortSignal): Promise<readonly Thing[]> {
    try {
      const [followed] = this.#followed;
      if (!followed) return ovsThings(await this.#select(signal));
      await followed.monitor.sync(signal);
      return ovsThings(followed.rows);
    } catch (error) {
      if (meansNoSwitch(error)) return [];
      throw error;
    }
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const rows = emptyRows();
    const requests = Object.fromEntries(
      Object.entries(COLUMNS).map(([table, columns]) => [table, { columns: [...columns] }]),
    );
    const listen = (updates: TableUpdates, isInitial: boolean) => {
      for (const table of Object.keys(rows) as OvsTable[]) {
        if (isInitial) rows[table].clear();
        for (const [id, { new: row }] of Object.entries(updates[table] ?? {})) {
          if (row) rows[table].set(id, row);
          else rows[table].delete(id);
        }
      }
      changed();
    };
    const monitor = await this.#monitor(requests, listen, signal);
    const followed = monitor && { rows, monitor };
    if (followed) this.#followed.add(followed);
    await untilFired(signal);
    if (followed) this.#followed.delete(followed);
    monitor?.cancel();
  }

  /** Waits for a server that is down; undefined for a host without Open vSwitch, or once the signal has fired. */
  async #monitor(
    requests: MonitorRequests,
    listen: MonitorListener,
    signal: AbortSignal,
  ): Promise<OvsdbMonitor | undefined> {
    while (!signal.aborted) {
      try {
        return await this.client.monitor(DATABASE, requests, listen, signal);
      } catch (error) {
        if (signal.aborted || meansNoSwitch(error)) return undefined;
        if (!isVifError(error, 'OVSDB_UNREACHABLE')) throw error;
        await pause(RETRY_DELAY, signal);
      }
    }
    return undefined;
  }

  async #select(signal: AbortSignal): Promise<OvsRows> {
    const tables = Object.keys(COLUMNS) as OvsTable[];
    const results = await this.client.transact(
      DATABASE,
      tables.map((table) => ({ op: 'select', table, where: [], columns: ['_uuid', ...COLUMNS[table]] })),
      signal,
    );
    const [bridges, ports, interfaces] = results.map(({ rows = [] }) => byId(rows));
    return {
      ...emptyRows(),
      ...(bridges && ports && interfaces && { Bridge: bridges, Port: ports, Interface: interfaces }),
    };
  }
}

type MutableRows = Record<OvsTable, Map<string, values.Row>>;

function emptyRows(): MutableRows {
  return { Bridge: new Map(), Port: new Map(), Interface: new Map() };
}

function byId(rows: readonly values.Row[]): Map<string, values.Row> {
  return new Map(rows.map((row) => [values.readUuid(row._uuid), row]));
}
