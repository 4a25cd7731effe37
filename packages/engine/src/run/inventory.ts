import type { VifError } from '@vifkit/core';

/** The kind of a thing: that of the step that makes it, a daemon, or a recorded VIF. */
export type ThingKind = 'link' | 'ovsPort' | 'ovsBridge' | 'vf' | 'guestFilter' | 'daemon' | 'vif';

/** Identifies a thing: a link and a port may have the same name. */
export type ThingKey = `${ThingKind} ${string}`;

/** A link, port, bridge, virtual function or filter as it is on the host. */
export interface Thing {
  readonly kind: ThingKind;
  readonly name: string;
  /** The VIFs whose mark it carries; empty if it is shared, or not ours. */
  readonly vifIds: readonly string[];
  /** What it is in or on top of: its bridge, the link below it, the link of a port. */
  readonly below: readonly ThingKey[];
  /** It is an uplink of its bridge, and concerns all VIFs there: a physical link, a tunnel, a patch port. */
  readonly isUplink?: boolean;
  /** Its attributes, as plain JSON. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The guest's MAC address, if the thing records it. */
  readonly mac?: string;
  /** The UUID of the VIF's instance, if the thing records it. */
  readonly instance?: string;
  /** When OVN last installed the port's flows, in milliseconds since 1970; undefined while they are not installed. */
  readonly flowsInstalled?: number;
}

/** The key that identifies a thing on its host. */
export function keyOf({ kind, name }: Pick<Thing, 'kind' | 'name'>): ThingKey {
  return `${kind} ${name}`;
}

/** Everything that exists, and why some of it could not be read. */
export interface Inventory {
  readonly things: readonly Thing[];
  readonly failures: readonly VifError[];
}

/** Lists what exists on a host. Changes nothing. */
export interface HostInventory {
  /** Never rejects: what cannot be read is among the failures. */
  read(signal: AbortSignal): Promise<Inventory>;
  /**
   * Calls `changed` whenever something may have changed since the last reading. Resolves once the signal fires. While
   * it watches, a reading queries only what has changed.
   * @throws VifError if nothing on this host reports changes
   */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

/** A record of how a VIF was plugged: more than fits into the marks on the host. */
export interface VifRecord {
  readonly vifId: string;
  /** When it was first plugged, as an ISO 8601 date in UTC. */
  readonly since: string;
  /** When the latest plug that wrote something began; undefined if none has, because everything was in place. */
  readonly changed?: string;
  /** What keeps it plugged, according to the latest plug; undefined if that did not say. */
  readonly managedBy?: string;
  readonly path: 'os-vif' | 'legacy';
  readonly plugin: string;
  /** The request of the latest plug, as JSON that `parseRequest` takes. */
  readonly request: object;
}

/**
 * Records how VIFs were plugged, until they are unplugged or the host restarts. A plug by a different request uses the
 * record to remove what the previous plug made; lists, and checks without a request, read it. A record that is lost or
 * cannot be written does not fail a plug.
 */
export interface VifRecords {
  /** All records, with an error for each that cannot be read. */
  list(): Promise<readonly (VifRecord | VifError)[]>;
  /** The records of these VIFs. */
  read(vifIds: readonly string[]): Promise<readonly (VifRecord | VifError)[]>;
  /**
   * Keeps `since` of an existing record, and `changed` unless it is given. Writes nothing if the record is already the
   * same. The request is stored as JSON, with objects in their wire form. Never rejects.
   */
  put(record: VifRecord): Promise<VifError | undefined>;
  /** Succeeds for a VIF without a record. */
  forget(vifId: string): Promise<VifError | undefined>;
  /** Calls `changed` whenever records may have changed. Resolves once the signal fires. Never rejects. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
