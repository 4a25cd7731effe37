import { type BridgePort, type PortVlans, type StrayVlan, strayVlan } from '@vifkit/engine/connection';
import { OWNER_KEY } from '../openvswitch/marks.js';
import type { RowSource } from '../openvswitch/rows/database-rows.js';
import { type Key, queryRows, queryTable } from '../openvswitch/rows/queries.js';
import * as values from '../ovsdb/values.js';
import { insideColumns, isInside, isOn } from './bridge-rows.js';

/** A port with a VLAN of its own, and one with a list of them. */
const hasTag: Key = {
  id: 'tag is set',
  where: () => ['tag', '!=', ['set', []]],
  of: ({ tag }) => (values.readOptionalInteger(tag) === undefined ? undefined : hasTag.id),
};
const hasTrunks: Key = {
  id: 'trunks are set',
  where: () => ['trunks', '!=', ['set', []]],
  of: ({ trunks }) => (values.readSet(trunks).length === 0 ? undefined : hasTrunks.id),
};

/** The ports that are not in all VLANs. Where Neutron's agent sets VLANs, these are all guests' ports. */
export const portsInVlans = {
  tagged: queryRows('Port', ['_uuid'], [hasTag.id], hasTag),
  trunked: queryRows('Port', ['_uuid'], [hasTrunks.id], hasTrunks),
};

/** Those of these protected ports on whose bridge all ways are protected, too. */
export async function cutOffPorts(
  rows: RowSource,
  guarded: readonly string[],
  bridges: readonly values.Row[],
  signal: AbortSignal,
): Promise<string[]> {
  const { ports, interfaces } = await rows.read(
    {
      ports: queryTable('Port', ['_uuid', 'name', 'protected']),
      interfaces: queryTable('Interface', insideColumns),
    },
    signal,
  );
  const inside = new Set(interfaces.filter(isInside).map(({ name }) => values.readString(name)));
  return guarded.filter((guest) => {
    const own = ports.find(({ name }) => values.readString(name) === guest);
    const bridge = own && bridges.find((row) => isOn(row, own));
    const others = ports.filter((row) => row !== own && isOn(bridge, row));
    const outward = others.filter(({ name }) => !inside.has(values.readString(name)));
    return outward.length > 0 && outward.every((row) => row.protected === true);
  });
}

/** Those of these ports of a bridge that are in other VLANs than all its ways. */
export async function strayPorts(
  rows: RowSource,
  bridge: values.Row,
  names: readonly string[],
  own: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, StrayVlan>> {
  const { ports, interfaces } = await rows.read(
    {
      ports: queryTable('Port', [
        ...(['_uuid', 'name', 'interfaces', 'external_ids'] as const),
        ...(['tag', 'trunks', 'vlan_mode', 'cvlans'] as const),
      ]),
      interfaces: queryTable('Interface', ['_uuid', ...insideColumns, 'admin_state']),
    },
    signal,
  );
  const byId = new Map(interfaces.map((row) => [values.readUuid(row._uuid), row]));
  const all = ports.flatMap((port): BridgePort[] => {
    if (!isOn(bridge, port)) return [];
    const its = values
      .readUuids(port.interfaces)
      .map((id) => byId.get(id))
      .filter((row) => row !== undefined);
    const isOthers = values.readEntry(port.external_ids, OWNER_KEY) !== undefined;
    const leadsOut = !isOthers && its.some((row) => !isInside(row));
    const isOpen = its.some((row) => values.readOptionalString(row.admin_state) !== 'down');
    return [{ name: values.readString(port.name), ...portVlansOf(port), leadsOut, isOpen }];
  });
  return new Map(
    names.flatMap((name) => {
      const stray = strayVlan(name, all, own);
      return stray ? [[name, stray] as const] : [];
    }),
  );
}

export function portVlansOf({ tag, trunks, vlan_mode, cvlans }: values.Row): PortVlans {
  return {
    tag: values.readOptionalInteger(tag),
    trunks: values.readSet(trunks).map(Number),
    vlanMode: values.readOptionalString(vlan_mode),
    cvlans: values.readSet(cvlans).map(Number),
  };
}
