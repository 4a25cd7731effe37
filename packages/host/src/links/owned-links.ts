import type { Owned as OwnedThing } from '@vifkit/core/step-kinds';
import type { LinkType } from '@vifkit/core/steps';
import type { LinkAddressing } from './addresses/link-addresses.js';
import { isShared, type LinkState, vifOf } from './link-state.js';
import type { LinkSteps } from './link-steps.js';

type Owned = OwnedThing<LinkSteps>;

/** The links that carry our mark, and those that VIFs are noted on, with what removes the mark or the note. */
export function ownedLinks(
  links: ReadonlyMap<string, LinkState>,
  addressing: ReadonlyMap<string, LinkAddressing>,
): Owned[] {
  return [...links.values()].flatMap((link) => {
    const { name } = link;
    // A physical device may be noted on as well: it stays, whatever type is said here.
    const type = linkType(link) ?? 'vlan';
    const users = (link.users ?? []).map(
      (user): Owned => ({ vifId: user, step: { kind: 'linkUserAbsent', name, user, type } }),
    );
    const hasAddress = (addressing.get(name)?.addresses.length ?? 0) > 0;
    return [...users, ...whole(link, hasAddress)];
  });
}

/** What removes the link itself, if it is ours and can be removed; links that vendors' tools have made may be of any type. */
function whole(link: LinkState, hasAddress: boolean): Owned[] {
  const { name } = link;
  const [type, vifId] = [linkType(link), vifOf(link)];
  if (type === undefined) return [];
  if (vifId !== undefined) return [{ vifId, step: { kind: 'linkAbsent', name, type, own: false } }];
  // With an address of its own it serves the host, too.
  if (!isShared(link) || hasAddress) return [];
  return [{ vifId: undefined, step: { kind: 'linkUserAbsent', name, user: 'nobody', type } }];
}

const removable: readonly LinkType[] = ['bridge', 'veth', 'tap', 'vlan'];

/** The type of a link that we can remove; undefined for any other. */
export function linkType({ type }: LinkState): LinkType | undefined {
  return removable.find((each) => each === type);
}
