import type { Ovsdb, OvsdbMonitor } from '../ovsdb/client.js';
import type { TableUpdates } from '../ovsdb/monitor.js';
import * as values from '../ovsdb/values.js';

/** What a watch knows of an interface of Open vSwitch. */
export interface WatchedInterface {
  readonly name: string;
  readonly externalIds: Readonly<Record<string, string>>;
  /** The OpenFlow port number that ovs-vswitchd gave it; -1 when it could not open it. */
  readonly ofport: number | undefined;
  /** Why ovs-vswitchd could not open it. */
  readonly error: string | undefined;
}

/** How OVN is set up on this chassis: `external_ids` of the table Open_vSwitch, see ovn-controller(8). */
export interface OvnSetup {
  /** The name of this chassis. */
  readonly chassis: string | undefined;
  /** The southbound database that ovn-controller connects to; undefined where OVN does not run this host. */
  readonly remote: string | undefined;
  /** The bridge whose ports ovn-controller looks at. */
  readonly bridge: string;
}

const DATABASE = 'Open_vSwitch';
const COLUMNS = {
  Open_vSwitch: { columns: ['external_ids'] },
  Interface: { columns: ['name', 'external_ids', 'ofport', 'error'] },
};

/**
 * The interfaces of an Open vSwitch as they are at any time, and who wants to hear of changes. One monitor serves all who
 * watch; it begins with the first of them, and ends with the last.
 */
export class SwitchWatch {
  readonly #interfaces = new Map<string, WatchedInterface>();
  readonly #listeners = new Set<() => void>();
  #externalIds: Readonly<Record<string, string>> = {};
  #monitor: Promise<OvsdbMonitor> | undefined;

  constructor(private readonly client: Ovsdb) {}

  /** The interface that Neutron or OVN knows by this id; else the one of this name. */
  find(interfaceId: string, name: string | undefined): WatchedInterface | undefined {
    let named: WatchedInterface | undefined;
    for (const each of this.#interfaces.values()) {
      if (each.externalIds['iface-id'] === interfaceId) return each;
      if (each.name === name) named = each;
    }
    return named;
  }

  get ovn(): OvnSetup {
    return ovnSetupOf(this.#externalIds);
  }

  /**
   * Tells of each change, until what it returns is called. What the database has is known once this resolves.
   * @throws VifError when the database cannot be watched
   */
  async watch(listener: () => void, signal: AbortSignal): Promise<() => void> {
    this.#listeners.add(listener);
    const leave = () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      const ended = this.#monitor;
      this.#monitor = undefined;
      ended?.then(
        (monitor) => monitor.cancel(),
        () => {},
      );
    };
    try {
      this.#monitor ??= this.client.monitor(DATABASE, COLUMNS, (updates, initial) => {
        if (initial) this.#interfaces.clear();
        this.#take(updates);
      });
      const monitor = await this.#monitor;
      await monitor.sync(signal);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  #take(updates: TableUpdates): void {
    for (const [id, { new: row }] of Object.entries(updates.Interface ?? {})) {
      if (row) this.#interfaces.set(id, readInterface(row));
      else this.#interfaces.delete(id);
    }
    for (const { new: row } of Object.values(updates.Open_vSwitch ?? {})) {
      if (row) this.#externalIds = values.readStrings(row.external_ids);
    }
    for (const listener of this.#listeners) listener();
  }
}

function readInterface(row: values.Row): WatchedInterface {
  return {
    name: values.readString(row.name),
    externalIds: values.readStrings(row.external_ids),
    ofport: values.readOptionalInteger(row.ofport),
    error: values.readOptionalString(row.error),
  };
}

/** @param externalIds of the table Open_vSwitch */
export function ovnSetupOf(externalIds: Readonly<Record<string, string>>): OvnSetup {
  const chassis = externalIds['system-id'];
  // A host with several controllers has the settings of each behind its chassis' name.
  const setting = (key: string) => externalIds[`${key}-${chassis}`] ?? externalIds[key];
  return { chassis, remote: setting('ovn-remote'), bridge: setting('ovn-bridge') ?? 'br-int' };
}
