import { byColumn, byExternalId } from '../openvswitch/rows/queries.js';
import { Replica } from '../openvswitch/rows/replica.js';
import type { Ovsdb } from '../ovsdb/client.js';
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

const byInterfaceId = byExternalId('iface-id');
const byName = byColumn('name');

/**
 * The current interfaces of an Open vSwitch, and the listeners for changes. One monitor serves all listeners; it starts
 * with the first one, and ends with the last.
 */
export class SwitchWatch {
  readonly #replica: Replica;

  constructor(client: Pick<Ovsdb, 'monitor'>) {
    this.#replica = new Replica(client, {
      Open_vSwitch: ['external_ids'],
      Interface: ['name', 'external_ids', 'ofport', 'error'],
    });
  }

  /** The interface that Neutron or OVN knows by this id, or else the one with this name. */
  find(interfaceId: string, name: string | undefined): WatchedInterface | undefined {
    const { known } = this.#replica;
    const [found] = known.find('Interface', byInterfaceId, interfaceId);
    const [named] = name === undefined ? [] : known.find('Interface', byName, name);
    const row = found ?? named;
    return row && readInterface(row);
  }

  get ovn(): OvnSetup {
    const [root] = this.#replica.known.all('Open_vSwitch');
    return ovnSetupOf(root ? values.readStrings(root.external_ids) : {});
  }

  /**
   * Calls the listener for each change, until the returned function is called. The state of the database is known once
   * this resolves.
   * @throws VifError if the database cannot be watched
   */
  watch(listener: () => void, signal: AbortSignal): Promise<() => void> {
    return this.#replica.watch(listener, signal);
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
