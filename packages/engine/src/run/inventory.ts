import type { VifError } from '@vifkit/core';

/** What sort of thing it is, in the words of the steps that make it; or a daemon, or a VIF itself, as it was recorded. */
export type ThingKind = 'link' | 'ovsPort' | 'ovsBridge' | 'vf' | 'guestFilter' | 'daemon' | 'vif';

/** Names a thing: a link and a port may have one name. */
export type ThingKey = `${ThingKind} ${string}`;

/** A link, a port, a bridge, a virtual function or a filter as it is on the host. */
export interface Thing {
  readonly kind: ThingKind;
  readonly name: string;
  /** The VIFs whose mark it carries; empty for what is shared, and for what is nobody's of ours. */
  readonly vifIds: readonly string[];
  /** What it is in or lies upon: its bridge, the link below it, the link that a port stands for. */
  readonly below: readonly ThingKey[];
  /** It leads out of what it is in, and so concerns all VIFs there: a physical link, a tunnel, a patch port. */
  readonly isUplink?: boolean;
  /** What it is like, as plain JSON by attribute. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The guest's MAC address, where the thing tells it. */
  readonly mac?: string;
  /** The UUID of the VIF's instance, where the thing tells it. */
  readonly instance?: string;
  /** When OVN last installed the port's flows, in milliseconds since 1970; undefined while they are not in. */
  readonly flowsInstalled?: number;
}

/** What tells a thing from all others of its host. */
export function keyOf({ kind, name }: Pick<Thing, 'kind' | 'name'>): ThingKey {
  return `${kind} ${name}`;
}

/** All that there is, and why some of it could not be read. */
export interface Inventory {
  readonly things: readonly Thing[];
  readonly failures: readonly VifError[];
}

/** Tells what there is on a host. It changes nothing. */
export interface HostInventory {
  /** Never rejects: what cannot be read is among the failures. */
  read(signal: AbortSignal): Promise<Inventory>;
  /**
   * Calls `changed` whenever something may have changed since the last reading, until the signal fires; then it
   * resolves. While it watches, a reading asks only for what has changed.
   * @throws VifError when nothing tells of changes here
   */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

/** A VIF as it was plugged: what marks on the host are too small to tell. */
export interface VifRecord {
  readonly vifId: string;
  /** When it was first plugged, as an ISO 8601 date in UTC. */
  readonly since: string;
  /** When the latest plug began that wrote something; undefined if none has, since all was there. */
  readonly changed?: string;
  /** What keeps it plugged, as the latest plug said; undefined if it said nothing. */
  readonly managedBy?: string;
  readonly path: 'os-vif' | 'legacy';
  readonly plugin: string;
  /** The request of the latest plug, as JSON that `parseRequest` takes. */
  readonly request: object;
}

/**
 * Remembers how VIFs were plugged, until they are unplugged or the host restarts. A plug by another request than before takes
 * along what the former one had made; lists, and checks without a request, tell what it has. A record that is lost or cannot
 * be written fails no plug.
 */
export interface VifRecords {
  /** All records, with an error for each that cannot be read. */
  list(): Promise<readonly (VifRecord | VifError)[]>;
  /** Of these VIFs. */
  read(vifIds: readonly string[]): Promise<readonly (VifRecord | VifError)[]>;
  /**
   * Keeps `since` of a record that is there, and `changed` unless it is given. Writes nothing if the record is there as it is.
   * The request is kept as JSON: objects in it are in their wire form then. Never rejects.
   */
  put(record: VifRecord): Promise<VifError | undefined>;
  /** Succeeds for a VIF without a record. */
  forget(vifId: string): Promise<VifError | undefined>;
  /** Calls `changed` whenever records may have changed, until the signal fires; then it resolves. Never rejects. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
