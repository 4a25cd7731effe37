import { keyOf, type Thing, type ThingKey, type ThingKind } from '../run/inventory.js';
import { ownersOf } from './owners.js';

/** An attribute that has changed. */
export interface AttributeChange {
  /** The attribute's name, as in `mtu` or `bridge.stp`; `exists` for the thing itself. */
  readonly attribute: string;
  /** Undefined if it did not exist. */
  readonly before: unknown;
  /** Undefined if it no longer exists. */
  readonly after: unknown;
}

/** A change on the host that concerns VIFs. */
export interface HostChange {
  /** When it was detected. */
  readonly at: Date;
  readonly kind: ThingKind;
  readonly name: string;
  /** The ids of the VIFs that it concerns: for a shared bridge there are many. */
  readonly vifIds: readonly string[];
  readonly changes: readonly AttributeChange[];
}

/** Things by their keys, with the VIFs that each concerns. */
export interface HostSnapshot {
  readonly things: ReadonlyMap<ThingKey, Thing>;
  readonly owners: ReadonlyMap<ThingKey, ReadonlySet<string>>;
}

export function snapshotOf(things: readonly Thing[]): HostSnapshot {
  return { things: new Map(things.map((thing) => [keyOf(thing), thing])), owners: ownersOf(things) };
}

/**
 * The differences between two snapshots that concern VIFs. A thing concerns the VIFs that it belonged to before or does
 * now.
 */
export function changesBetween(before: HostSnapshot, after: HostSnapshot, at: Date): HostChange[] {
  const keys = new Set([...before.things.keys(), ...after.things.keys()]);
  return [...keys].flatMap((key): HostChange[] => {
    const [was, is] = [before.things.get(key), after.things.get(key)];
    const { kind, name } = is ?? was ?? {};
    if (was === is || kind === undefined || name === undefined) return [];
    const vifIds = [...new Set([...(before.owners.get(key) ?? []), ...(after.owners.get(key) ?? [])])];
    const changes = vifIds.length === 0 ? [] : attributesBetween(was, is);
    return changes.length === 0 ? [] : [{ at, kind, name, vifIds, changes }];
  });
}

function attributesBetween(was: Thing | undefined, is: Thing | undefined): AttributeChange[] {
  if (!was || !is) {
    return [{ attribute: 'exists', before: was !== undefined, after: is !== undefined }];
  }
  const [former, latter] = [flat(was.attributes), flat(is.attributes)];
  const names = new Set([...former.keys(), ...latter.keys()]);
  return [...names].flatMap((attribute) => {
    const [before, after] = [former.get(attribute), latter.get(attribute)];
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ attribute, before, after }];
  });
}

/** Nested attributes have dotted names: `bridge.stp`, `externalIds.iface-id`. */
function flat(attributes: object): Map<string, unknown> {
  return new Map(
    Object.entries(attributes).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]];
      return [...flat(value)].map(([inner, each]) => [`${name}.${inner}`, each]);
    }),
  );
}
