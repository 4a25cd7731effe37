import { VifError } from '@vifkit/core';
import type { MigrationPhase, PhaseChange, PortMigration } from '@vifkit/engine';
import type { Northbound, Placement } from './northbound.js';
import type { Southbound } from './southbound.js';
import type { SwitchWatch } from './switch-watch.js';

export interface OvnMigrationParts {
  readonly watch: SwitchWatch;
  /** Undefined where nobody said where it is: then somebody else, such as Neutron, places ports; or OVN has none. */
  readonly northbound: Northbound | undefined;
  readonly southbound: Southbound | undefined;
}

/**
 * Has OVN give a port to both hosts of a migration, and to the destination alone in the end: `requested-chassis` of several
 * chassis, and `activation-strategy=rarp` (OVN 22.09). Without OVN there is nothing to tell: a switch learns where the
 * guest is by the RARP that QEMU sends for it on arrival.
 */
export class OvnMigration implements PortMigration {
  constructor(private readonly parts: OvnMigrationParts) {}

  async change(phase: MigrationPhase, port: string, signal: AbortSignal): Promise<PhaseChange | undefined> {
    const { northbound } = this.parts;
    if (!northbound) return undefined;
    const own = await this.#names(signal);
    const placement = own.length === 0 ? undefined : await northbound.placement(port, signal);
    if (!placement) return undefined;
    const wanted = await this.#wanted(phase, port, own, placement, signal);
    if (!wanted) return undefined;
    return {
      apply: (signal) => northbound.place(port, wanted, signal),
      undo: (signal) => northbound.place(port, placement, signal),
    };
  }

  async claimsAtOnce(port: string, signal: AbortSignal): Promise<boolean> {
    const { northbound, southbound } = this.parts;
    if (northbound) return false;
    const own = await this.#names(signal);
    if (own.length === 0) return false;
    // Whoever places ports has OVN share this one already: Neutron does so.
    const [, ...others] = (await southbound?.binding(port, signal))?.requested ?? [];
    return !others.some((name) => own.includes(name));
  }

  async isElsewhere(port: string, signal: AbortSignal): Promise<boolean> {
    const { northbound, southbound } = this.parts;
    const own = await this.#names(signal);
    // What is wanted is known before ovn-northd has told the southbound database.
    const told = (await northbound?.placement(port, signal)) ?? (await southbound?.binding(port, signal));
    const requested = told?.requested ?? [];
    return own.length > 0 && requested.length > 0 && !requested.some((name) => own.includes(name));
  }

  /** The names that this chassis may be requested by, its own first; none where OVN does not run this host. */
  async #names(signal: AbortSignal): Promise<readonly string[]> {
    const { watch, southbound } = this.parts;
    try {
      const leave = await watch.watch(() => {}, signal);
      leave();
    } catch {
      return [];
    }
    const { remote, chassis } = watch.ovn;
    if (remote === undefined || chassis === undefined) return [];
    return (await southbound?.namesOf(chassis, signal)) ?? [chassis];
  }

  /** The placement that a phase asks for; undefined for the one that there is. */
  async #wanted(
    phase: MigrationPhase,
    port: string,
    own: readonly string[],
    placement: Placement,
    signal: AbortSignal,
  ): Promise<Placement | undefined> {
    const { requested, before } = placement;
    const [chassis = ''] = own;
    const others = requested.filter((name) => !own.includes(name));
    const isRequested = others.length < requested.length;
    switch (phase) {
      case 'prepare': {
        if (isRequested) return undefined;
        const main = requested.length > 0 ? requested : await this.#holder(port, chassis, signal);
        if (main.length === 0) return undefined; // nobody has it: there is nothing to share
        return { requested: [...main, chassis], waitsForRarp: true, before: before ?? requested };
      }
      case 'activate': {
        if (before === undefined || (isRequested && others.length === 0)) return undefined;
        const isMain = own.includes(requested[0] ?? '');
        // Until the guest is here the source keeps the port, too: the migration may still fail.
        const isComing = isRequested && !isMain && !(await this.#hasArrived(port, chassis, signal));
        if (!isComing) return { requested: [chassis], waitsForRarp: false, before };
        return placement.waitsForRarp ? { ...placement, waitsForRarp: false } : undefined;
      }
      case 'deactivate':
        if (!isRequested || others.length === 0) return undefined;
        return { ...placement, requested: others, waitsForRarp: placement.waitsForRarp && others.length > 1 };
      case 'release': {
        if (before === undefined) return undefined;
        if (others.length > 1) return { ...placement, requested: others };
        // The last of the migration: whoever claims the port where nobody said who shall.
        return { requested: before.length > 0 ? others : [], waitsForRarp: false, before: undefined };
      }
    }
  }

  /** Whether the guest has sent its RARP here. */
  async #hasArrived(port: string, chassis: string, signal: AbortSignal): Promise<boolean> {
    const binding = await this.parts.southbound?.binding(port, signal);
    return binding?.activated.includes(chassis) ?? false;
  }

  /** The other chassis that has the port now. */
  async #holder(port: string, chassis: string, signal: AbortSignal): Promise<string[]> {
    const { southbound } = this.parts;
    if (!southbound) {
      const text = `OVN's southbound database knows which chassis has port ${port}: say where it is (--ovn-sb)`;
      throw new VifError('INVALID_OPTIONS', text);
    }
    const holder = (await southbound.binding(port, signal))?.chassis;
    return holder === undefined || holder === chassis ? [] : [holder];
  }
}
