import { isVifError } from '@vifkit/core';
import type { Thing } from '@vifkit/engine';
import { pause, untilFired } from '@vifkit/engine/time';
import { meansNoSwitch } from '../openvswitch/owned.js';
import { DATABASE } from '../openvswitch/rows/queries.js';
import { Replica } from '../openvswitch/rows/replica.js';
import type { Ovsdb } from '../ovsdb/client.js';
import { COLUMNS, ovsThings } from './ovs-things.js';
import type { Source } from './source.js';

/** Milliseconds until a server that is down is tried again. */
const RETRY_DELAY = 2_000;

/** The bridges and ports of an Open vSwitch. While it is watched, they are known from the updates of the database. */
export class OvsSource implements Source {
  readonly #replica: Replica;
  #watches = 0;

  constructor(private readonly client: Pick<Ovsdb, 'transact' | 'monitor'>) {
    this.#replica = new Replica(client, COLUMNS);
  }

  async read(signal: AbortSignal): Promise<readonly Thing[]> {
    try {
      if (this.#watches === 0) return await this.#select(signal);
      await this.#replica.refresh(signal);
      const { known } = this.#replica;
      return ovsThings(known.all('Bridge'), known.all('Port'), known.all('Interface'));
    } catch (error) {
      if (meansNoSwitch(error)) return [];
      throw error;
    }
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const leave = await this.#follow(changed, signal);
    if (leave) this.#watches += 1;
    await untilFired(signal);
    if (leave) this.#watches -= 1;
    leave?.();
  }

  /** Waits for a server that is down; undefined for a host without Open vSwitch, or once the signal has fired. */
  async #follow(changed: () => void, signal: AbortSignal): Promise<(() => void) | undefined> {
    while (!signal.aborted) {
      try {
        return await this.#replica.watch(changed, signal);
      } catch (error) {
        if (signal.aborted || meansNoSwitch(error)) return undefined;
        if (!isVifError(error, 'OVSDB_UNREACHABLE')) throw error;
        await pause(RETRY_DELAY, signal);
      }
    }
    return undefined;
  }

  async #select(signal: AbortSignal): Promise<Thing[]> {
    const selects = Object.entries(COLUMNS).map(([table, columns]) => {
      return { op: 'select', table, where: [], columns: ['_uuid', ...columns] } as const;
    });
    const results = await this.client.transact(DATABASE, selects, signal);
    const [bridges = [], ports = [], interfaces = []] = results.map(({ rows = [] }) => rows);
    return ovsThings(bridges, ports, interfaces);
  }
}
