import { VifError } from '@vifkit/core';
import type { MigrationPhase, PhaseChange, PortMigration } from '@vifkit/engine';
import { runProgram } from '../commands/run-program.js';
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
    const chassis = await this.#chassis(signal);
    const placement = chassis === undefined ? undefined : await northbound.placement(port, signal);
    if (chassis === undefined || !placement) return undefined;
    const wanted = await this.#wanted(phase, port, chassis, placement, signal);
    if (!wanted) return undefined;
    return {
      apply: (signal) => northbound.place(port, wanted, signal),
      undo: (signal) => northbound.place(port, placement, signal),
    };
  }

  async claimsAtOnce(port: string, signal: AbortSignal): Promise<boolean> {
    const { northbound, southbound, watch } = this.parts;
    if (northbound) return false;
    const chassis = await this.#chassis(signal);
    if (chassis === undefined || watch.ovn.remote === undefined) return false;
    // Whoever places ports has OVN share this one already: Neutron does so.
    const binding = await southbound?.binding(port, signal);
    const names = (await southbound?.namesOf(chassis, signal)) ?? [];
    const [, ...others] = binding?.requested ?? [];
    return !others.some((name) => names.includes(name));
  }

  async isInUse(link: string, signal: AbortSignal): Promise<boolean> {
    const { exitCode, stdout } = await runProgram(['ip', '-json', 'link', 'show', 'dev', link], {
      ...{ signal, doing: `looking at ${link}` },
    });
    if (exitCode !== 0) return false;
    // A tap that nobody has open has no carrier.
    const [found]: [{ flags?: readonly string[]; link_type?: string }?] = JSON.parse(stdout || '[]');
    return found?.flags?.includes('LOWER_UP') ?? false;
  }

  /** This one's name; undefined where there is no Open vSwitch that OVN runs. */
  async #chassis(signal: AbortSignal): Promise<string | undefined> {
    const { watch } = this.parts;
    try {
      const leave = await watch.watch(() => {}, signal);
      leave();
    } catch {
      return undefined;
    }
    return watch.ovn.remote === undefined ? undefined : watch.ovn.chassis;
  }

  /** The placement that a phase asks for; undefined for the one that there is. */
  async #wanted(
    phase: MigrationPhase,
    port: string,
    chassis: string,
    placement: Placement,
    signal: AbortSignal,
  ): Promise<Placement | undefined> {
    const { requested, before } = placement;
    const others = requested.filter((name) => name !== chassis);
    switch (phase) {
      case 'prepare': {
        if (requested.includes(chassis)) return undefined;
        const main = requested.length > 0 ? requested : await this.#holder(port, chassis, signal);
        if (main.length === 0) return undefined; // nobody has it: there is nothing to share
        return { requested: [...main, chassis], waitsForRarp: true, before: before ?? requested };
      }
      case 'activate':
        if (before === undefined || (others.length === 0 && requested.length === 1)) return undefined;
        return { requested: [chassis], waitsForRarp: false, before };
      case 'deactivate':
        if (others.length === requested.length || others.length === 0) return undefined;
        return { ...placement, requested: others, waitsForRarp: placement.waitsForRarp && others.length > 1 };
      case 'release': {
        if (before === undefined) return undefined;
        if (others.length > 1) return { ...placement, requested: others };
        // The last of the migration: whoever claims the port where nobody said who shall.
        return { requested: before.length > 0 ? others : [], waitsForRarp: false, before: undefined };
      }
    }
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
