import { VIFBase } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { Bench } from './faults/bench.js';
import { type Case, cases } from './faults/cases.js';

const id = 'ac3e2f74-815d-4daf-9f2e-41709cb36e03';
const address = 'fa:16:3e:10:00:03';

/** The case with the VIF's id and address; undefined for an os-vif object of another id. */
function sameVif(of: Case): Case[] {
  const { vif } = of.request;
  if (vif instanceof VIFBase) return vif.id === id ? [of] : [];
  const text = JSON.stringify(of.request);
  const { id: own, address: ownAddress } = JSON.parse(text).vif;
  const request = text
    .replaceAll(own, id)
    .replaceAll(own.slice(0, 11), id.slice(0, 11))
    .replaceAll(ownAddress, address);
  return [{ ...of, request: JSON.parse(request) }];
}

/** A VIF in all the ways in which it may be plugged, but those whose link a vendor's tool makes and alone can remove. */
const ways = cases.filter(({ name }) => !name.startsWith('vhostuser fast path')).flatMap(sameVif);

/** What a function is trusted with stays, unless a request says something of it: it may be an operator's wish. */
const differInTrust = (one: Case, other: Case) =>
  [one, other].every(({ name }) => name.startsWith('hw_veb macvtap'));

/** The guest's tap. One that is there is taken for the hypervisor's by a plug that does not make it itself, with its port. */
const isGuestTap = (thing: string) => thing.endsWith(' tapac3e2f74-81') && !thing.startsWith('filter');

/** A host on which both ways are possible. */
function bench(before: Case, after: Case): Bench {
  const [one = {}, other = {}] = [before.host, after.host];
  const links = [...(one.links ?? []), ...(other.links ?? [])];
  return new Bench({
    ...after,
    host: { ...one, ...other, pci: { ...one.pci, ...other.pci }, links },
    options: { ...before.options, ...after.options },
    leaves: [...(before.leaves ?? []), ...(after.leaves ?? [])],
  });
}

describe.each(ways.map((before) => [before.name, before] as const))('a VIF plugged as %s', (_, before) => {
  it.each(
    ways
      .filter((after) => after !== before && !differInTrust(before, after))
      .map((after) => [after.name, after] as const),
  )('and then as %s is plugged in that way alone', async (_, after) => {
    const [changed, fresh] = [bench(before, after), bench(before, after)];
    await fresh.driver.plug(after.request);
    await changed.driver.plug(before.request);
    await changed.driver.plug(after.request);
    const wanted = fresh.marked();
    const found = changed.marked().filter((thing) => wanted.includes(thing) || !isGuestTap(thing));
    expect(found).toEqual(wanted);
  });
});
