import { keyOf, type Thing } from '@vifkit/engine';
import { hasBridgeMark, ownerIn } from '../openvswitch/marks.js';
import * as values from '../ovsdb/values.js';

/** The columns that are read: none that change with traffic. */
export const COLUMNS = {
  Bridge: ['name', 'datapath_type', 'fail_mode', 'external_ids', 'ports'],
  Port: ['name', 'tag', 'vlan_mode', 'trunks', 'external_ids', 'interfaces', 'qos'],
  Interface: [
    'name',
    'type',
    'external_ids',
    'options',
    'mtu_request',
    'ofport',
    'error',
    'ingress_policing_rate',
    'ingress_policing_burst',
  ],
} as const;

type RowsById = ReadonlyMap<string, values.Row>;

/** The bridges and ports in the rows of these tables. */
export function ovsThings(
  bridges: readonly values.Row[],
  ports: readonly values.Row[],
  interfaces: readonly values.Row[],
): Thing[] {
  const [portsById, interfacesById] = [byId(ports), byId(interfaces)];
  return bridges.flatMap((row) => {
    const bridge = bridgeThing(row);
    return [
      bridge,
      ...rowsAt(portsById, row.ports).flatMap((port) => {
        const name = values.readString(port.name);
        // The local port is the bridge itself.
        return name === bridge.name ? [] : portThing(name, port, bridge.name, interfacesById);
      }),
    ];
  });
}

function byId(rows: readonly values.Row[]): RowsById {
  return new Map(rows.map((row) => [values.readUuid(row._uuid), row]));
}

/** The daemons that bridges depend on. */
export const DAEMONS = ['ovs-vswitchd', 'ovsdb-server'] as const;

function bridgeThing(row: values.Row): Thing {
  const externalIds = values.readStrings(row.external_ids);
  const owner = hasBridgeMark({ externalIds }) ? ownerIn(externalIds) : undefined;
  return {
    kind: 'ovsBridge',
    name: values.readString(row.name),
    vifIds: owner === undefined ? [] : [owner],
    below: DAEMONS.map((name) => keyOf({ kind: 'daemon', name })),
    attributes: {
      datapathType: values.readString(row.datapath_type) || 'system',
      failMode: values.readOptionalString(row.fail_mode),
      externalIds,
    },
  };
}

function portThing(name: string, row: values.Row, bridge: string, interfaces: RowsById): Thing {
  const externalIds = values.readStrings(row.external_ids);
  const owner = ownerIn(externalIds);
  const members = rowsAt(interfaces, row.interfaces);
  const [first] = members;
  const own = first ? interfaceAttributes(first) : undefined;
  const ids = own?.interfaceIds ?? {};
  const memberNames = members.map((member) => values.readString(member.name));
  return {
    kind: 'ovsPort',
    name,
    vifIds: owner === undefined ? [] : [owner],
    below: [
      keyOf({ kind: 'ovsBridge', name: bridge }),
      ...memberNames.map((member) => keyOf({ kind: 'link', name: member })),
    ],
    // The port of another guest has an iface-id, and the host's own ports are internal.
    isUplink: ids['iface-id'] === undefined && own?.type !== 'internal',
    attributes: {
      bridge,
      tag: values.readOptionalInteger(row.tag),
      vlanMode: values.readOptionalString(row.vlan_mode),
      trunks: values.readSet(row.trunks),
      qos: values.readUuids(row.qos),
      externalIds,
      ...(members.length === 1 ? own : { members: memberNames }),
    },
    ...(ids['attached-mac'] !== undefined && { mac: ids['attached-mac'] }),
    ...(ids['vm-uuid'] !== undefined && { instance: ids['vm-uuid'] }),
    ...flowsInstalled(ids),
  };
}

/**
 * When ovn-controller installed the flows, as recorded at the interface; nothing for a release that does not record it.
 */
function flowsInstalled(ids: Readonly<Record<string, string>>): Pick<Thing, 'flowsInstalled'> {
  const at = Number(ids['ovn-installed-ts']);
  return ids['ovn-installed'] === 'true' && at > 0 ? { flowsInstalled: at } : {};
}

function interfaceAttributes(row: values.Row) {
  return {
    type: values.readString(row.type) || 'system',
    interfaceIds: values.readStrings(row.external_ids),
    options: values.readStrings(row.options),
    mtuRequest: values.readOptionalInteger(row.mtu_request),
    ofport: values.readOptionalInteger(row.ofport),
    error: values.readOptionalString(row.error),
    ingressPolicingRate: values.readOptionalInteger(row.ingress_policing_rate),
    ingressPolicingBurst: values.readOptionalInteger(row.ingress_policing_burst),
  };
}

function rowsAt(table: RowsById, ids: values.Value | undefined): values.Row[] {
  return values
    .readUuids(ids)
    .map((id) => table.get(id))
    .filter((row) => row !== undefined);
}
