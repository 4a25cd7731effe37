import type { Outcome } from '@vifkit/core';
import {
  type LinkOperation,
  type LinkState,
  type LinkTable,
  linkOutcome,
  SerialQueue,
  UnmadeLinks,
} from '@vifkit/host/parts';
import type { Points } from '../points.js';
import { Kernel } from './kernel.js';
import type { KernelLink, LinkSpec } from './kernel-link.js';

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
  snapshot(): Record<string, LinkState> {
    const links = [...this.kernel.links.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Object.fromEntries(links.map((link) => [link.name, stateOf(link)]));
  }

  async read(withSettings: readonly string[]): Promise<ReadonlyMap<string, LinkState>> {
    return new Map(
      Object.entries(this.snapshot()).map(([name, state]) => {
        const { ipv6, arpIgnore, arpAnnounce, ...others } = state;
        return [name, withSettings.includes(name) ? state : others];
      }),
    );
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
      const outcome = unmade.reasonToLeave(operation) ?? (await this.#run(operation, signal));
      unmade.note(operation, outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  async #run(operation: LinkOperation, signal: AbortSignal): Promise<Outcome> {
    const what = `${operation.op} ${operation.name}`;
    const failure = await this.#points.reach({ part: 'links', what }, signal);
    return failure ?? linkOutcome(operation, this.kernel.run(operation));
  }
}

function stateOf({ mtuByHand, ...link }: KernelLink): LinkState {
  return structuredClone(link);
}
