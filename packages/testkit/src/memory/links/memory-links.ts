import type { Outcome } from '@vifkit/engine/former';
import {
  hindrance,
  type LinkAddressing,
  type LinkOperation,
  type LinkQuery,
  type LinkRule,
  type LinkState,
  type LinkTable,
  linkOutcome,
  SerialQueue,
  type TapState,
  UnmadeLinks,
} from '@vifkit/host/parts';
import type { Points } from '../points.js';
import { Kernel } from './kernel.js';
import type { KernelLink, LinkSpec } from './kernel-link.js';

/** A link, and what it has of IP if that is anything. */
export type MemoryLinkState = LinkState & Partial<LinkAddressing>;

/** Links in memory, which behave as the kernel's do where plans can notice. */
export class MemoryLinks implements LinkTable {
  readonly kernel = new Kernel();
  readonly #points: Points;
  readonly #writes = new SerialQueue();

  constructor(points: Points, links: readonly LinkSpec[] = []) {
    this.#points = points;
    for (const link of links) this.kernel.put(link);
  }

  /** Every link with all its settings, by name. */
  snapshot(): Record<string, MemoryLinkState> {
    const links = [...this.kernel.links.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Object.fromEntries(links.map((link) => [link.name, stateOf(link)]));
  }

  async read({ names, settingsOf = [] }: LinkQuery): Promise<ReadonlyMap<string, LinkState>> {
    // As the kernel does, by their alternative names, too.
    const links = Object.entries(this.snapshot()).filter(
      ([name, { alternativeNames = [] }]) =>
        !names || [name, ...alternativeNames].some((each) => names.includes(each)),
    );
    return new Map(
      links.map(([name, { addresses, routes, ...state }]) => {
        const { ipv6, arpIgnore, arpAnnounce, ...others } = state;
        return [name, settingsOf.includes(name) ? state : others];
      }),
    );
  }

  present(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.kernel.links.has(name));
  }

  async readAddresses(names: readonly string[]): Promise<ReadonlyMap<string, LinkAddressing>> {
    const links = names.flatMap((name) => this.kernel.links.get(name) ?? []);
    return new Map(
      links.map(({ name, addresses, routes }) => [name, structuredClone({ addresses, routes })]),
    );
  }

  async readRules(): Promise<readonly LinkRule[]> {
    return [...this.kernel.rules];
  }

  write(operations: readonly LinkOperation[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#writes.run(() => this.#write(operations, signal));
  }

  close(): Promise<void> {
    return this.#writes.idle();
  }

  async #write(operations: readonly LinkOperation[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const unmade = new UnmadeLinks();
    for (const operation of operations) {
      const left =
        operation.op === 'move'
          ? hindrance(operation, operations, outcomes)
          : unmade.reasonToLeave(operation);
      const outcome = left ?? (await this.#run(operation, signal));
      unmade.note(operation, outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  async #run(operation: LinkOperation, signal: AbortSignal): Promise<Outcome> {
    const user = operation.op === 'note' ? ` ${operation.user}` : '';
    const what = `${operation.op} ${operation.name}${user}`;
    const failure = await this.#points.reach({ part: 'links', what }, signal);
    return failure ?? linkOutcome(operation, this.kernel.run(operation));
  }
}

function stateOf({ mtuByHand, addresses, routes, tap, ...link }: KernelLink): MemoryLinkState {
  return structuredClone({
    ...link,
    ...(tap && { tap: visible(tap, link.up) }),
    ...(addresses.length > 0 && { addresses }),
    ...(routes.length > 0 && { routes }),
  });
}

/** `ip` tells of a tap of one queue that it is open only while it is up. */
function visible({ isOpen = false, ...tap }: TapState, isUp: boolean): TapState {
  return tap.multiQueue || isUp ? { ...tap, isOpen } : tap;
}
