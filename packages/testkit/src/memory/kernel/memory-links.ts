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
import type { BridgeVlan, KernelLink, LinkSpec } from './kernel-link.js';
import { MemoryFiles } from './memory-files.js';
import { MemoryPci } from './memory-pci.js';
import { MemoryPrograms } from './memory-programs.js';
import type { Points } from './points.js';

/** Settings of a bridge or of a member that differ from the kernel's defaults. */
interface BridgeSettings {
  readonly vlanFiltering?: boolean;
  readonly isolated?: boolean;
  readonly vlans?: Readonly<Record<number, BridgeVlan>>;
}

/** A link, with its bridge settings and its IP configuration, if any. */
export type MemoryLinkState = LinkState & BridgeSettings & Partial<LinkAddressing>;

/** The emulated kernel of an in-memory host, and the access to it. */
interface KernelAccess {
  readonly kernel: Kernel;
  readonly programs: Programs;
  readonly files: KernelFiles;
}

/** Links in memory, through an `ip` that behaves like the real one wherever plans can notice. */
export class MemoryLinks extends IpLinkTable {
  readonly kernel: Kernel;

  constructor(points: Points, links: readonly LinkSpec[] = [], access?: KernelAccess) {
    const kernel = access?.kernel ?? new Kernel();
    const programs = access?.programs ?? new MemoryPrograms(points, kernel);
    const files = access?.files ?? new MemoryFiles(points, kernel, new MemoryPci({}));
    // A process that is used only once cannot cache links that no longer exist.
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
  port,
  vlans,
  vlanFiltering,
  countsPorts,
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
    ...(vlanFiltering && { vlanFiltering }),
    ...(port?.isolated && { isolated: true }),
    ...(!isDefault(vlans) && { vlans: Object.fromEntries(vlans) }),
  });
}

/** No VLAN, as a link outside bridges has; or the first one alone. */
function isDefault(vlans: ReadonlyMap<number, BridgeVlan>): boolean {
  return vlans.size === 0 || (vlans.size === 1 && vlans.get(1)?.pvid === true);
}

/** For a tap with one queue, `ip` shows only while it is up that it is open. */
function visible({ isOpen = false, ...tap }: TapState, isUp: boolean): TapState {
  return tap.multiQueue || isUp ? { ...tap, isOpen } : tap;
}
