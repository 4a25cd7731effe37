import {
  IpLinkTable,
  type KernelFiles,
  type LinkAddressing,
  type LinkState,
  noteOf,
  type Programs,
  type TapState,
  usersIn,
} from '@vifkit/host/parts';
import { Kernel } from './kernel.js';
import type { KernelLink, LinkSpec } from './kernel-link.js';
import { MemoryFiles } from './memory-files.js';
import { MemoryPci } from './memory-pci.js';
import { MemoryPrograms } from './memory-programs.js';
import type { Points } from './points.js';

/** A link, and what it has of IP if that is anything. */
export type MemoryLinkState = LinkState & Partial<LinkAddressing>;

/** What stands for the kernel of a host in memory, and the way to it. */
interface KernelAccess {
  readonly kernel: Kernel;
  readonly programs: Programs;
  readonly files: KernelFiles;
}

/** Links in memory, by way of an `ip` that behaves as the real one does where plans can notice. */
export class MemoryLinks extends IpLinkTable {
  readonly kernel: Kernel;

  constructor(points: Points, links: readonly LinkSpec[] = [], access?: KernelAccess) {
    const kernel = access?.kernel ?? new Kernel();
    const programs = access?.programs ?? new MemoryPrograms(points, kernel);
    const files = access?.files ?? new MemoryFiles(points, kernel, new MemoryPci({}));
    // A process that is asked once cannot remember links that are not there any more.
    super({ programs, files, lifetime: 0 });
    this.kernel = kernel;
    for (const link of links) kernel.put(link);
  }

  /** Every link with all its settings, by name. */
  snapshot(): Record<string, MemoryLinkState> {
    const links = [...this.kernel.links.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Object.fromEntries(links.map((link) => [link.name, stateOf(link)]));
  }
}

function stateOf({
  index,
  group,
  mtuByHand,
  altnames,
  addresses,
  routes,
  tap,
  ...link
}: KernelLink): MemoryLinkState {
  const users = usersIn(link.name, altnames);
  const alternativeNames = altnames.filter((each) => !each.startsWith(noteOf(link.name, '')));
  return structuredClone({
    ...link,
    ...(users.length > 0 && { users }),
    ...(alternativeNames.length > 0 && { alternativeNames }),
    ...(tap && { tap: visible(tap, link.up) }),
    ...(addresses.length > 0 && { addresses }),
    ...(routes.length > 0 && { routes }),
  });
}

/** `ip` tells of a tap of one queue that it is open only while it is up. */
function visible({ isOpen = false, ...tap }: TapState, isUp: boolean): TapState {
  return tap.multiQueue || isUp ? { ...tap, isOpen } : tap;
}
