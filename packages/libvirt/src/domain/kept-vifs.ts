import { vifIdOfAlias } from './card.js';
import { type DomainDescription, readDomain } from './domain-xml.js';
import { requestsOf, vifIdOf } from './metadata.js';
import type { Virsh } from './virsh.js';

/** The VIFs that libvirt's domains use, whether running or not. */
export interface KeptVifs {
  /** By their ids, in lower case. */
  readonly ids: ReadonlySet<string>;
  /** The first eleven characters of ids: link names contain no more of them. */
  readonly beginnings: ReadonlySet<string>;
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Link names that are made from the VIF's id, such as those of Neutron and Nova. */
const linkName = /^(?:tap|qbr|qvb|qvo|vhu|nic|pb.)([\da-f]{8}-[\da-f]{2})/;

/**
 * Searches all domains: their metadata, ours and Nova's, and their cards.
 * @throws VifError LIBVIRT_FAILED if one of them cannot be read: its VIFs could be in use
 */
export async function keptVifs(virsh: Virsh, signal: AbortSignal): Promise<KeptVifs> {
  const ids = new Set<string>();
  const beginnings = new Set<string>();
  for (const domain of await virsh.domains(signal)) {
    for (const description of await describe(virsh, domain, signal)) {
      const named = [
        ...requestsOf(description).map(vifIdOf),
        ...description.metadataAttributes('port', 'uuid'), // Nova's
        ...description.devices.flatMap(({ alias, interfaceId }) => [
          alias && vifIdOfAlias(alias),
          interfaceId,
        ]),
      ];
      for (const id of named) if (id && uuid.test(id.toLowerCase())) ids.add(id.toLowerCase());
      for (const { target, bridge } of description.devices) {
        for (const name of [target, bridge]) {
          const [, beginning] = linkName.exec(name ?? '') ?? [];
          if (beginning !== undefined) beginnings.add(beginning);
        }
      }
    }
  }
  return { ids, beginnings };
}

/** The configurations of a domain; none if it has gone since it was listed. */
async function describe(virsh: Virsh, domain: string, signal: AbortSignal): Promise<DomainDescription[]> {
  try {
    const configurations = await virsh.configurationsOf(domain, signal);
    const dumps = configurations.map((each) => virsh.dump(domain, each, signal));
    return (await Promise.all(dumps)).map(readDomain);
  } catch (error) {
    const isThere = (await virsh.domains(signal)).includes(domain);
    if (isThere) throw error;
    return [];
  }
}
