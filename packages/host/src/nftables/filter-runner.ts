import { SocketAddress } from 'node:net';
import { type GuestFilterAbsentStep, type GuestFilterStep, isVifError } from '@vifkit/core';
import type {
  AttemptedTask,
  Difference,
  Inspection,
  Outcome,
  Owned,
  Reach,
  StepRunner,
  Task,
} from '@vifkit/engine/former';
import type { FilterChange, FilterTable, GuestFilter } from './filter-table.js';

type FilterStep = GuestFilterStep | GuestFilterAbsentStep;

/** Carries out steps about the filters of guests: one reading, and one transaction, for a batch. */
export class FilterRunner implements StepRunner<FilterStep> {
  readonly kinds = ['guestFilter', 'guestFilterAbsent'] as const;

  constructor(private readonly table: FilterTable) {}

  async inspect(steps: readonly FilterStep[], signal: AbortSignal): Promise<Inspection[]> {
    const { guests, fault } = await this.table.read(signal);
    return steps.map((step) => {
      const before = guests.get(step.name);
      const wanted = filterOf(step);
      const differences = [...compare(wanted, before), ...(wanted ? faults(before, fault) : [])];
      const creates = step.kind === 'guestFilter' && before === undefined;
      return { differences, ...(creates && { creates }), ...(before && { before }) };
    });
  }

  apply(tasks: readonly Task<FilterStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.table.write(
      tasks.map(({ step, vifId }): FilterChange => {
        const filter = filterOf(step);
        return { name: step.name, filter: filter && { ...filter, vifId } };
      }),
      signal,
    );
  }

  undo(tasks: readonly AttemptedTask<FilterStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.table.write(
      tasks.map(({ step, inspection }): FilterChange => {
        return { name: step.name, filter: inspection.before as GuestFilter | undefined };
      }),
      signal,
    );
  }

  /** All filters are read at once, by a program: none is near. */
  async findOwned(signal: AbortSignal, reach: Reach = 'all'): Promise<Owned[]> {
    if (reach === 'near') return [];
    const filters = await this.table.read(signal).catch((error: unknown) => {
      if (isVifError(error, 'COMMAND_NOT_FOUND')) return { guests: new Map<string, GuestFilter>() }; // so nothing was ever filtered
      throw error;
    });
    return [...filters.guests].flatMap(([name, { vifId }]): Owned[] =>
      vifId === undefined ? [] : [{ vifId, step: { kind: 'guestFilterAbsent', name } }],
    );
  }
}

/** What keeps a filter that is there from filtering. */
function faults(found: GuestFilter | undefined, fault: string | undefined): Difference[] {
  if (!found) return [];
  const reason = fault ?? (found.isUnapplied ? 'the rules are not applied to it' : undefined);
  return reason === undefined
    ? []
    : [{ attribute: 'rules', expected: 'as vifkit makes them', actual: reason }];
}

function filterOf(step: FilterStep): GuestFilter | undefined {
  if (step.kind === 'guestFilterAbsent') return undefined;
  const { mac, addresses } = step;
  // As nftables prints them.
  return { mac: mac.toLowerCase(), addresses: [...new Set(addresses.map(canonical))].sort() };
}

function canonical(address: string): string {
  return new SocketAddress({ address, family: address.includes(':') ? 'ipv6' : 'ipv4' }).address;
}

function compare(wanted: GuestFilter | undefined, found: GuestFilter | undefined): Difference[] {
  if (!wanted || !found) {
    const [expected, actual] = [wanted !== undefined, found !== undefined];
    return expected === actual ? [] : [{ attribute: 'exists', expected, actual }];
  }
  return (['mac', 'addresses'] as const)
    .filter((attribute) => String(wanted[attribute]) !== String(found[attribute]))
    .map((attribute) => ({ attribute, expected: wanted[attribute], actual: found[attribute] }));
}
