import { withinDeadline } from '@vifkit/engine/time';
import type { Ovsdb, OvsdbMonitor } from '../ovsdb/client.js';
import type { TableUpdates } from '../ovsdb/monitor.js';
import * as values from '../ovsdb/values.js';

/** The watched state of an Open vSwitch interface. */
export interface WatchedInterface {
  readonly name: string;
  readonly externalIds: Readonly<Record<string, string>>;
  /** The OpenFlow port number that ovs-vswitchd assigned; -1 if it could not open it. */
  readonly ofport: number | undefined;
  /** Why ovs-vswitchd could not open it. */
  readonly error: string | undefined;
}

/** How OVN is set up on this chassis: `external_ids` of the table Open_vSwitch, see ovn-controller(8). */
export interface OvnSetup {
  /** The name of this chassis. */
  readonly chassis: string | undefined;
  /** The southbound database that ovn-controller connects to; undefined if OVN does not manage this host. */
  readonly remote: string | undefined;
  /** The bridge whose ports ovn-controller manages. */
  readonly bridge: string;
  /** The bridges that lead to physical networks, by network (`ovn-bridge-mappings`). */
  readonly mappings: ReadonlyMap<string, string>;
}

const DATABASE = 'Open_vSwitch';
const COLUMNS = {
  Open_vSwitch: { columns: ['external_ids'] },
  Interface: { columns: ['name', 'external_ids', 'ofport', 'error'] },
};

/**
 * The current interfaces of an Open vSwitch, and the listeners for changes. One monitor serves all listeners; it starts
 * with the first one, and ends with the last.
 */
export class SwitchWatch {
  readonly #interfaces = new Map<string, WatchedInterface>();
  readonly #listeners = new Set<() => void>();
  #externalIds: Readonly<Record<string, string>> = {};
  #monitor: Promise<OvsdbMonitor> | undefined;

  constructor(private readonly client: Ovsdb) {}

  /** The interface that Neutron or OVN knows by this id, or else the one with this name. */
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
   * Calls the listener for each change, until the returned function is called. The state of the database is known once
   * this resolves.
   * @throws VifError if the database cannot be watched
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
      const monitor = await withinDeadline(this.#monitor, signal, 'watching the ports of Open vSwitch');
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
  // A host with several controllers has the settings of each with its chassis name as a suffix.
  const setting = (key: string) => externalIds[`${key}-${chassis}`] ?? externalIds[key];
  return {
    chassis,
    remote: setting('ovn-remote'),
    bridge: setting('ovn-bridge') ?? 'br-int',
    mappings: mappingsIn(setting('ovn-bridge-mappings') ?? ''),
  };
}

/** As in `physnet1:br-ex,physnet2:br-vlan`. */
function mappingsIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((each) => each.split(':'));
  return new Map(pairs.flatMap(([network, bridge]) => (network && bridge ? [[network, bridge]] : [])));
}
