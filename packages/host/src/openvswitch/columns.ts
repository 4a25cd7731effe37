import type { OvsPortInitial } from '@vifkit/core/steps';
import type { Mutation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import { type OvsKeys, type OvsPortSettings, presentKeys } from './changes.js';

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
