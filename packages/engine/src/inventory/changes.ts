import { keyOf, type Thing, type ThingKey, type ThingKind } from '../run/inventory.js';
import { ownersOf } from './owners.js';

/** An attribute that is not as it was. */
export interface AttributeChange {
  /** The attribute's name, as in `mtu` or `bridge.stp`; `exists` for the thing itself. */
  readonly attribute: string;
  /** Undefined where there was none. */
  readonly before: unknown;
  /** Undefined where there is none any more. */
  readonly after: unknown;
}

/** Something that changed on the host and concerns VIFs. */
export interface HostChange {
  /** When it was noticed. */
  readonly at: Date;
  readonly kind: ThingKind;
  readonly name: string;
  /** The VIFs that it concerns, by their ids; those of a shared bridge are many. */
  readonly vifIds: readonly string[];
  readonly changes: readonly AttributeChange[];
}

/** Things by their keys, with the VIFs that each concerns. */
export interface Scene {
  readonly things: ReadonlyMap<ThingKey, Thing>;
  readonly owners: ReadonlyMap<ThingKey, ReadonlySet<string>>;
}

export function sceneOf(things: readonly Thing[]): Scene {
  return { things: new Map(things.map((thing) => [keyOf(thing), thing])), owners: ownersOf(things) };
}

/** In what two scenes differ, as far as it concerns VIFs: those that a thing concerned before, and does now. */
export function changesBetween(before: Scene, after: Scene, at: Date): HostChange[] {
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

/** Attributes that are in others have both names: `bridge.stp`, `externalIds.iface-id`. */
function flat(attributes: object): Map<string, unknown> {
  return new Map(
    Object.entries(attributes).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]];
      return [...flat(value)].map(([inner, each]) => [`${name}.${inner}`, each]);
    }),
  );
}
