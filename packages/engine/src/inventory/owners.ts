import { keyOf, type Thing, type ThingKey } from '../run/inventory.js';

/**
 * The VIFs that each thing concerns: those whose mark it carries, those with something on top of it, and those whose
 * uplink it is.
 */
export function ownersOf(things: Iterable<Thing>): ReadonlyMap<ThingKey, ReadonlySet<string>> {
  const byKey = new Map([...things].map((thing) => [keyOf(thing), thing]));
  const owners = new Map<ThingKey, Set<string>>();
  const claim = (key: ThingKey, vifId: string) => {
    const own = owners.get(key) ?? new Set();
    if (own.has(vifId)) return;
    owners.set(key, own.add(vifId));
    for (const below of byKey.get(key)?.below ?? []) claim(below, vifId);
  };
  for (const [key, { vifIds }] of byKey) for (const vifId of vifIds) claim(key, vifId);
  for (const [key, { vifIds, below, isUplink }] of byKey) {
    if (vifIds.length > 0) continue;
    for (const container of below) {
      // Whatever is in a bridge that belongs to a single VIF belongs to that VIF, such as the guest's tap, which
      // libvirt makes.
      const isPrivate = byKey.get(container)?.vifIds.length === 1;
      if (isPrivate || isUplink) for (const vifId of [...(owners.get(container) ?? [])]) claim(key, vifId);
    }
  }
  return owners;
}
