import { isSameVif } from '@vifkit/core';

type ExternalIds = Readonly<Record<string, string>>;

export const OWNER_KEY = 'vifkit-vif';

/** The key of a QoS row that holds the name of its port. */
export const PORT_KEY = 'vifkit-port';

/** The `external_ids` of a bridge that we made. */
export const BRIDGE_MARK: ExternalIds = { vifkit: 'created' };

export function hasBridgeMark({ externalIds }: { readonly externalIds: ExternalIds }): boolean {
  return externalIds.vifkit === BRIDGE_MARK.vifkit;
}

/**
 * The `external_ids` of a port or bridge that we made for one VIF. They are set on the port, not on its interface,
 * whose `external_ids` Neutron and OVN read. An id may be requested in either case; the mark is in lower case.
 */
export function ownerMark(vifId: string): ExternalIds {
  return { [OWNER_KEY]: vifId.toLowerCase() };
}

/** The texts by which an id is searched for in the database: marks are in lower case, others write it as they have it. */
export function searchedIds(id: string): string[] {
  return [...new Set([id, id.toLowerCase()])];
}

/** The VIF that a port or bridge was made for, if it was. */
export function ownerIn(externalIds: ExternalIds): string | undefined {
  return externalIds[OWNER_KEY];
}

export function hasPortMark({ externalIds }: { readonly externalIds: ExternalIds }, vifId: string): boolean {
  const marked = externalIds[OWNER_KEY];
  return marked !== undefined && isSameVif(marked, vifId);
}
