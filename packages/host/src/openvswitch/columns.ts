import type { OvsPortInitial } from '@vifkit/core/steps';
import type { Mutation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import { type OvsKeys, type OvsPortSettings, presentKeys } from './changes.js';
import { ownerMark, PORT_KEY } from './marks.js';

/** The settings that are columns of the port. */
export function portColumns({ tag }: OvsPortSettings): values.Row {
  return tag === undefined ? {} : { tag: values.optional(tag ?? undefined) };
}

/** The further settings of a new port, except for its QoS row. */
export function initialColumns({ tag, vlanMode, trunks }: OvsPortInitial): values.Row {
  return {
    ...(tag !== undefined && { tag }),
    ...(vlanMode !== undefined && { vlan_mode: vlanMode }),
    ...(trunks && { trunks: values.set(trunks) }),
  };
}

/** The settings of a new interface. */
export function interfaceColumns(settings: OvsPortSettings): values.Row {
  const { externalIds, options } = settings;
  return {
    ...plainColumns(settings),
    ...(externalIds && { external_ids: values.map(presentKeys(externalIds)) }),
    ...(options && { options: values.map(presentKeys(options)) }),
  };
}

/** The settings that are whole columns of an interface. */
export function plainColumns({ type, mtuRequest }: OvsPortSettings): values.Row {
  return {
    ...(type !== undefined && { type }),
    ...(mtuRequest !== undefined && { mtu_request: values.optional(mtuRequest ?? undefined) }),
  };
}

/** The settings that are keys in columns of an interface: keys that others have written stay. */
export function keyMutations({ externalIds = {}, options = {} }: OvsPortSettings): Mutation[] {
  return [...mutations('external_ids', externalIds), ...mutations('options', options)];
}

/** An insertion leaves an existing key as it is, so each key is deleted first. */
export function mutations(column: string, keys: OvsKeys): Mutation[] {
  const names = Object.keys(keys);
  if (names.length === 0) return [];
  return [
    [column, 'delete', values.set(names)],
    [column, 'insert', values.map(presentKeys(keys))],
  ];
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
