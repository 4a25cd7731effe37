import { isVifError, type VifError } from '@vifkit/core';
import type { Host } from '../run/host.js';
import { keyOf, type Thing, type VifRecord } from '../run/inventory.js';
import { ownersOf } from './owners.js';
import { type RecordedVif, readRecord, recordedThing } from './recorded-vif.js';

/** A VIF that is plugged on this host, as far as the host tells. */
export interface PluggedVif {
  readonly vifId: string;
  /** How it was plugged, with the VIF's type or the class of its object; undefined for one without a record. */
  readonly path?: 'os-vif' | 'legacy';
  readonly plugin?: string;
  readonly type?: string;
  /** The UUID of its instance. */
  readonly instance?: string;
  /** The guest's MAC address. */
  readonly mac?: string;
  /** The link, port or socket that the guest has or, where that is not known, the first thing with the VIF's mark. */
  readonly device?: string;
  /** When it was first plugged, as an ISO 8601 date in UTC; undefined for one without a record. */
  readonly since?: string;
  /** When the latest plug began that wrote something for it; undefined for one without a record, and where all was there. */
  readonly changed?: string;
  /** What keeps it plugged, as the latest plug said by its option `managedBy`. */
  readonly managedBy?: string;
  /**
   * The seconds from that plug until OVN had installed the flows of its port. It is told where the plug made both the port and its
   * link, so that OVN waited for nobody else, as it does for a guest that makes its tap when it starts.
   */
  readonly ovnInstallSeconds?: number;
  /** What carries its mark. It is empty where all of it is gone, and for a VIF that needs nothing on the host. */
  readonly things: readonly Thing[];
  /** The request that it was plugged with; undefined for one without a record. */
  readonly request?: object;
}

/** What is plugged on a host. */
export interface PluggedVifs {
  /** In the order in which they were plugged; those without a record come first, by their ids. */
  readonly vifs: readonly PluggedVif[];
  /** What concerns those VIFs without having their mark: shared bridges, their uplinks, taps that libvirt has made. */
  readonly surroundings: readonly Thing[];
  /** What could not be read, so that VIFs may be missing, or some of what is known of them. */
  readonly failures: readonly VifError[];
}

/** Joins what carries VIFs' marks with what was recorded of their plugs. */
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
  const { bridge, ...told }: Partial<RecordedVif> = record ? readRecord(record) : {};
  const mac = told.mac ?? things.find((thing) => thing.mac !== undefined)?.mac;
  const instance = told.instance ?? things.find((thing) => thing.instance !== undefined)?.instance;
  const device = told.device ?? things[0]?.name;
  const ovnInstallSeconds = installSeconds(things, told.changed);
  return {
    vifId,
    ...told,
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
  return milliseconds < 0 ? undefined : milliseconds / 1000; // before it, by a plug that found it all there
}
