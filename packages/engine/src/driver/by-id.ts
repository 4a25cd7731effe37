import { isVifError, type Logger } from '@vifkit/core';
import type { VifRecords } from '../run/inventory.js';
import { readUnplugOptions, resultNotifier, type UnplugOptions } from './call-options.js';
import type { ChangeResult, Settled } from './results.js';
import { readVifIds } from './vif-ids.js';

/**
 * Requests to unplug VIFs by their ids: those that they were plugged with, or otherwise ones that no plugin handles, so
 * that what carries the VIFs' marks is removed.
 */
async function requestsFor(vifIds: readonly string[], records: VifRecords | undefined): Promise<object[]> {
  const found = (await records?.read(vifIds)) ?? [];
  const byId = new Map(
    found.flatMap((each) => (isVifError(each) ? [] : [[each.vifId.toLowerCase(), each.request] as const])),
  );
  return vifIds.map((id) => byId.get(id.toLowerCase()) ?? unknownVif(id));
}

/** Nova's type for a port that is not bound to any host. */
const UNBOUND = 'unbound';

function unknownVif(id: string): object {
  const nobody = '00000000-0000-0000-0000-000000000000';
  return { vif: { id, address: '00:00:00:00:00:00', type: UNBOUND }, instance: { uuid: nobody } };
}

/** Unplugs VIFs by their ids: see `VifDriver.unplugById`. */
export async function unplugById(
  vifIds: Iterable<string>,
  options: UnplugOptions | undefined,
  { records, logger }: { readonly records: VifRecords | undefined; readonly logger: Logger },
  unplugAll: (requests: readonly unknown[], options: UnplugOptions) => Promise<Settled<ChangeResult>[]>,
): Promise<Settled<ChangeResult>[]> {
  const given = readUnplugOptions(options);
  const requests = await requestsFor(readVifIds(vifIds, 'The list of VIFs to unplug', 'a VIF'), records);
  const report = resultNotifier(given, logger);
  const onResult = (result: Settled<ChangeResult>, index: number) => report(acceptingUnknown(result), index);
  return (await unplugAll(requests, { ...given, onResult })).map(acceptingUnknown);
}

/** A VIF of which nothing exists has no plugin that handles it: that is not an error. */
function acceptingUnknown(result: Settled<ChangeResult>): Settled<ChangeResult> {
  if (!('error' in result) || !isVifError(result.error, 'UNSUPPORTED_VIF_TYPE') || result.id === null)
    return result;
  const { id } = result;
  const reason = 'nothing on this host carries its mark';
  return {
    ok: true,
    value: { id, vifId: id, path: 'legacy', plugin: 'none', reason, changes: [], stepCount: 0, timeline: [] },
  };
}
