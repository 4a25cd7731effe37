import { VIFBase } from '@vifkit/core/os-vif';
import { Bench } from './bench.js';
import { type Case, cases } from './cases.js';

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
export const ways = cases.filter(({ name }) => !name.startsWith('vhostuser fast path')).flatMap(sameVif);

/** A host on which both ways are possible. */
export function changedBench(before: Case, after: Case): Bench {
  const [one = {}, other = {}] = [before.host, after.host];
  const links = [...(one.links ?? []), ...(other.links ?? [])];
  return new Bench({
    ...after,
    host: { ...one, ...other, pci: { ...one.pci, ...other.pci }, links },
    options: { ...before.options, ...after.options },
    leaves: [...(before.leaves ?? []), ...(after.leaves ?? [])],
  });
}
