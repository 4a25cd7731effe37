import { isVifError, type VifError } from '@vifkit/core';
import type { Host } from '../run/host.js';
import { keyOf, type Thing, type VifRecord } from '../run/inventory.js';
import { ownersOf } from './owners.js';
import { type RecordedVif, readRecord, recordedThing } from './recorded-vif.js';

/** A VIF that is plugged on this host, as far as is known. */
export interface PluggedVif {
  readonly vifId: string;
  /** The path by which it was plugged; undefined if there is no record. */
  readonly path?: 'os-vif' | 'legacy';
  readonly plugin?: string;
  readonly type?: string;
  /** The UUID of its instance. */
  readonly instance?: string;
  /** The guest's MAC address. */
  readonly mac?: string;
  /** The guest's link, port or socket or, if that is not known, the first thing with the VIF's mark. */
  readonly device?: string;
  /** When it was first plugged, as an ISO 8601 date in UTC; undefined if there is no record. */
  readonly since?: string;
  /**
   * When the latest plug that wrote something for it began; undefined if there is no record, or no plug has written
   * anything.
   */
  readonly changed?: string;
  /** What keeps it plugged, according to the option `managedBy` of the latest plug. */
  readonly managedBy?: string;
  /**
   * The seconds from the start of that plug until OVN had installed the flows of its port. Set only if the plug made
   * both the port and its link: otherwise OVN also waits for others, such as a guest whose tap is made when it starts.
   */
  readonly ovnInstallSeconds?: number;
  /** What carries its mark. Empty if nothing is left of it, or if the VIF needs nothing on the host. */
  readonly things: readonly Thing[];
  /** The request that it was plugged with; undefined if there is no record. */
  readonly request?: object;
}

/** The VIFs that are plugged on a host. */
export interface PluggedVifs {
  /** In the order in which they were plugged; VIFs without a record come first, sorted by id. */
  readonly vifs: readonly PluggedVif[];
  /**
   * What concerns those VIFs without carrying their marks: shared bridges, their uplinks, taps that libvirt has made.
   */
  readonly surroundings: readonly Thing[];
  /** What could not be read. VIFs, or some of their properties, may be missing because of it. */
  readonly failures: readonly VifError[];
}

/** Joins the things that carry VIFs' marks with the records of their plugs. */
export async function listPlugged({ inventory, records }: Host, signal: AbortSignal): Promise<PluggedVifs> {
  const [found, recorded] = await Promise.all([inventory?.read(signal), records?.list()]);
  const byId = new Map<string, { things: Thing[]; record?: VifRecord }>();
  const entryOf = (vifId: string) => {
    const id = vifId.toLowerCase();
    const entry = byId.get(id) ?? { things: [] };
    byId.set(id, entry);
    return entry;
  };
  for (const thing of found?.things ?? []) {
    for (const vifId of thing.vifIds) entryOf(vifId).things.push(thing);
  }
  for (const record of recorded ?? []) if (!isVifError(record)) entryOf(record.vifId).record = record;
  const vifs = [...byId].map(([id, { things, record }]) => describe(record?.vifId ?? id, things, record));
  const order = ({ since = '', vifId }: PluggedVif) => `${since} ${vifId}`;
  const things = found?.things ?? [];
  const recordedThings = (recorded ?? []).flatMap((each) => (isVifError(each) ? [] : recordedThing(each)));
  const owners = ownersOf([...recordedThings, ...things]);
  return {
    surroundings: things.filter((thing) => thing.vifIds.length === 0 && owners.has(keyOf(thing))),
    vifs: vifs.sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    failures: [...(found?.failures ?? []), ...(recorded ?? []).filter((each) => isVifError(each))],
  };
}

function describe(vifId: string, things: readonly Thing[], record: VifRecord | undefined): PluggedVif {
  const { bridge, ...recorded }: Partial<RecordedVif> = record ? readRecord(record) : {};
  const mac = recorded.mac ?? things.find((thing) => thing.mac !== undefined)?.mac;
  const instance = recorded.instance ?? things.find((thing) => thing.instance !== undefined)?.instance;
  const device = recorded.device ?? things[0]?.name;
  const ovnInstallSeconds = installSeconds(things, recorded.changed);
  return {
    vifId,
    ...recorded,
    ...(ovnInstallSeconds !== undefined && { ovnInstallSeconds }),
    ...(instance !== undefined && { instance }),
    ...(mac !== undefined && { mac }),
    ...(device !== undefined && { device }),
    things,
  };
}

function installSeconds(things: readonly Thing[], changed: string | undefined): number | undefined {
  const port = things.find(({ kind, flowsInstalled }) => kind === 'ovsPort' && flowsInstalled !== undefined);
  const isWhole = things.some(({ kind, name }) => kind === 'link' && name === port?.name);
  if (port?.flowsInstalled === undefined || changed === undefined || !isWhole) return undefined;
  const milliseconds = port.flowsInstalled - Date.parse(changed);
  // Negative if they were installed before the plug, which found everything in place.
  return milliseconds < 0 ? undefined : milliseconds / 1000;
}
