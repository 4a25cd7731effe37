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

/** The namespace of os-vif (vif_plug_ovs/ovsdb/ovsdb_lib.py): os-vif and we find each other's rows. */
const NAMESPACE = '68da264a847f42a88ab05e774aee3d95';

/**
 * The `external_ids` of the QoS row for a port: os-vif's marks, and ours, by which gc finds a row whose port somebody
 * else has removed. No other column of the row says which port it is for.
 */
export function qosMarks(port: string, type: string, vifId: string | undefined): Record<string, string> {
  const ours = vifId === undefined ? {} : { ...ownerMark(vifId), [PORT_KEY]: port };
  return { id: qosId(port), _type: type, ...ours };
}

/**
 * The `external_ids:id` of the QoS rows that os-vif or we made for a port, of whatever type: a UUID of version 5
 * (RFC 9562), a hash of the namespace and the name.
 */
export function qosId(port: string): string {
  // Not imported: Node.js takes milliseconds to load it, and few ports have QoS.
  const { hash } = process.getBuiltinModule('node:crypto');
  const digest = hash('sha1', Buffer.concat([Buffer.from(NAMESPACE, 'hex'), Buffer.from(port)]), 'buffer');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
