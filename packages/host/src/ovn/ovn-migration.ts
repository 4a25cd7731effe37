import { VifError } from '@vifkit/core';
import type { MigrationPhase, PhaseChange, PortMigration } from '@vifkit/engine';
import type { Northbound, Placement } from './northbound.js';
import type { Southbound } from './southbound.js';
import type { SwitchWatch } from './switch-watch.js';

export interface OvnMigrationParts {
  readonly watch: SwitchWatch;
  /** Undefined if it is not configured: then something else, such as Neutron, places ports, or there is no OVN. */
  readonly northbound: Northbound | undefined;
  readonly southbound: Southbound | undefined;
}

/**
 * Makes OVN give a port to both hosts of a migration, and finally to the destination only: `requested-chassis` with
 * several chassis, and `activation-strategy=rarp` (OVN 22.09). Without OVN nothing needs to be written: a switch learns
 * where the guest is from the RARP that QEMU sends for it on arrival.
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
    // Whatever places ports, such as Neutron, already lets OVN share this one.
    const [, ...others] = (await southbound?.binding(port, signal))?.requested ?? [];
    return !others.some((name) => own.includes(name));
  }

  async isElsewhere(port: string, signal: AbortSignal): Promise<boolean> {
    const { northbound, southbound } = this.parts;
    const own = await this.#names(signal);
    // The wanted placement is known before ovn-northd has copied it to the southbound database.
    const current = (await northbound?.placement(port, signal)) ?? (await southbound?.binding(port, signal));
    const requested = current?.requested ?? [];
    return own.length > 0 && requested.length > 0 && !requested.some((name) => own.includes(name));
  }

  /** The names by which this chassis may be requested, its own first; empty if OVN does not manage this host. */
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

  /** The placement that a phase requires; undefined if it is the current one. */
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
        if (main.length === 0) return undefined; // no chassis has it: there is nothing to share
        return { requested: [...main, chassis], waitsForRarp: true, before: before ?? requested };
      }
      case 'activate': {
        if (before === undefined || (isRequested && others.length === 0)) return undefined;
        const isMain = own.includes(requested[0] ?? '');
        // Until the guest has arrived here, the source keeps the port too: the migration may still fail.
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
        // The end of the migration: any chassis may claim the port if none was requested before.
        return { requested: before.length > 0 ? others : [], waitsForRarp: false, before: undefined };
      }
    }
  }

  /** Whether the guest has sent its RARP here. */
  async #hasArrived(port: string, chassis: string, signal: AbortSignal): Promise<boolean> {
    const binding = await this.parts.southbound?.binding(port, signal);
    return binding?.activated.includes(chassis) ?? false;
  }

  /** The other chassis that currently has the port. */
  async #holder(port: string, chassis: string, signal: AbortSignal): Promise<string[]> {
    const { southbound } = this.parts;
    if (!southbound) {
      const text = `OVN's southbound database knows which chassis has port ${port}: give its endpoint (--ovn-sb)`;
      throw new VifError('INVALID_OPTIONS', text);
    }
    const holder = (await southbound.binding(port, signal))?.chassis;
    return holder === undefined || holder === chassis ? [] : [holder];
  }
}
