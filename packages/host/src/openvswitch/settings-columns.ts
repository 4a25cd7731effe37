import * as values from '../ovsdb/values.js';
import type { OvsPortSettings } from './changes.js';

/** The settings that are columns of the port. */
export function portColumns({ tag }: OvsPortSettings): values.Row {
  return tag === undefined ? {} : { tag: values.optional(tag ?? undefined) };
}

/** The settings that are columns of its interface. */
export function interfaceColumns({ type, externalIds, options, mtuRequest }: OvsPortSettings): values.Row {
  return {
    ...(type !== undefined && { type }),
    ...(externalIds && { external_ids: values.map(externalIds) }),
    ...(options && { options: values.map(options) }),
    ...(mtuRequest !== undefined && { mtu_request: values.optional(mtuRequest ?? undefined) }),
  };
}
