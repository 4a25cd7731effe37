import * as values from '../ovsdb/values.js';

/** What tells a guest's interface, and one of the host itself, from a way to the network. */
export const insideColumns = ['name', 'type', 'external_ids'] as const;

/** Whether an interface is a guest's, or a link of this host. */
export function isInside({ type, external_ids }: values.Row): boolean {
  return values.readString(type) === 'internal' || values.readEntry(external_ids, 'iface-id') !== undefined;
}

/** Whether a port is on a bridge. */
export function isOn(bridge: values.Row | undefined, port: values.Row): boolean {
  return bridge !== undefined && portSetOf(bridge).has(values.readUuid(port._uuid));
}

/** The bridge that a port is on. A bridge may have thousands of ports. */
export function placesOf(bridges: readonly values.Row[]): (port: string) => string | undefined {
  const sets = bridges.map((row) => [values.readString(row.name), portSetOf(row)] as const);
  return (port) => sets.find(([, ports]) => ports.has(port))?.[0];
}

const portSets = new WeakMap<values.Row, ReadonlySet<string>>();

/** A row of the replica is the same object as long as nothing changes. */
function portSetOf(row: values.Row): ReadonlySet<string> {
  const known = portSets.get(row) ?? new Set(values.readUuids(row.ports));
  portSets.set(row, known);
  return known;
}

/** Whether ports of a bridge may be kept from forwarding, so that there is no loop. */
export function usesSpanningTree({ stp_enable, rstp_enable }: values.Row): boolean {
  return stp_enable === true || rstp_enable === true;
}

/** The name of the mirror that sends its copies to a port. */
export function mirrorTo(port: values.Row, mirrors: readonly values.Row[]): string | undefined {
  const id = values.readUuid(port._uuid);
  const found = mirrors.find(({ output_port }) => values.readUuids(output_port).includes(id));
  return found && values.readString(found.name);
}
