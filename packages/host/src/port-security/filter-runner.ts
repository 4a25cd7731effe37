import { SocketAddress } from 'node:net';
import { isVifError, type VifError } from '@vifkit/core';
import {
  type AttemptedTask,
  type Difference,
  type Found,
  foundByMark,
  type Inspection,
  type Outcome,
  type Owned,
  type Reach,
  type StepRunner,
  type Task,
  type VifStep,
} from '@vifkit/core/step-kinds';
import type { GuestFilterAbsentStep, GuestFilterStep } from '@vifkit/core/steps';
import type { Programs } from '../commands/programs.js';
import type { FilterTable, GuestFilter } from './filter-table.js';
import { NftFilterTable } from './nft-filter-table.js';

type FilterStep = GuestFilterStep | GuestFilterAbsentStep;

/** The replacement of one guest filter by another; undefined for no filter. */
export interface FilterChange {
  readonly from: GuestFilter | undefined;
  readonly to: GuestFilter | undefined;
}

/** Carries out guest filter steps: one reading and one transaction for a batch. */
export class FilterRunner implements StepRunner<FilterStep, FilterChange, FilterChange> {
  readonly kinds = ['guestFilter', 'guestFilterAbsent'] as const;

  constructor(private readonly table: FilterTable) {}

  async inspect(
    steps: readonly VifStep<FilterStep>[],
    signal: AbortSignal,
  ): Promise<Inspection<FilterChange>[]> {
    const { guests, fault } = await this.table.read(signal);
    return steps.map(({ step, vifId }) => {
      const change = { from: guests.get(step.name), to: filterFor(step, vifId) };
      const { from, to } = change;
      const differences = [...differencesOf(change), ...faultsOf(change, fault)];
      const creates = to !== undefined && from === undefined;
      return {
        differences,
        ...(differences.length > 0 && { change }),
        ...(creates && { creates }),
        ...(from && { found: whoseFilter(from, vifId) }),
      };
    });
  }

  async apply(
    tasks: readonly Task<FilterStep, FilterChange>[],
    signal: AbortSignal,
  ): Promise<Outcome<FilterChange>[]> {
    const wanted = tasks.map(({ step, change }) => ({ name: step.name, filter: change.to }));
    const errors = await this.table.write(wanted, signal);
    return tasks.map(({ change }, i) => (errors[i] ? { error: errors[i] } : { done: change }));
  }

  undo(
    tasks: readonly AttemptedTask<FilterStep, FilterChange, FilterChange>[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const former = tasks.map(({ step, change }) => ({ name: step.name, filter: change.from }));
    return this.table.write(former, signal);
  }

  /**
   * All filters are read at once, by a program: nothing is found with the reach `near`. An unplug does not depend on
   * it, because the record of the plug says whether there is a filter.
   */
  async findOwned(signal: AbortSignal, reach: Reach = 'all'): Promise<Owned<FilterStep>[]> {
    if (reach === 'near') return [];
    const filters = await this.table.read(signal).catch((error: unknown) => {
      // Without nftables, nothing was ever filtered.
      if (isVifError(error, 'COMMAND_NOT_FOUND')) return { guests: new Map<string, GuestFilter>() };
      throw error;
    });
    return [...filters.guests].flatMap(([name, { vifId }]): Owned<FilterStep>[] =>
      vifId === undefined ? [] : [{ vifId, step: { kind: 'guestFilterAbsent', name } }],
    );
  }
}

/** The table is ours, so a filter in it that has lost its mark belongs to the VIF whose guest has that link. */
function whoseFilter({ vifId: marked }: GuestFilter, vifId: string): Found {
  const found = foundByMark(marked, vifId);
  return found.whose === 'unmarked' ? { ...found, byName: true } : found;
}

function filterFor(step: FilterStep, vifId: string): GuestFilter | undefined {
  if (step.kind === 'guestFilterAbsent') return undefined;
  const { mac, addresses } = step;
  // Addresses as nftables prints them.
  return { mac: mac.toLowerCase(), addresses: [...new Set(addresses.map(canonical))].sort(), vifId };
}

function canonical(address: string): string {
  return new SocketAddress({ address, family: address.includes(':') ? 'ipv6' : 'ipv4' }).address;
}

function differencesOf({ from, to }: FilterChange): Difference[] {
  if (!from || !to) {
    const [expected, actual] = [to !== undefined, from !== undefined];
    return expected === actual ? [] : [{ attribute: 'exists', expected, actual }];
  }
  const settings = (['mac', 'addresses'] as const)
    .filter((attribute) => String(to[attribute]) !== String(from[attribute]))
    .map((attribute) => ({ attribute, expected: to[attribute], actual: from[attribute] }));
  // The mark of another VIF is never replaced: the engine refuses that.
  const isMarked = from.vifId !== undefined;
  return isMarked ? settings : [...settings, { attribute: 'comment', expected: to.vifId, actual: null }];
}

/** What prevents an existing filter that should stay from filtering. */
function faultsOf({ from, to }: FilterChange, fault: string | undefined): Difference[] {
  if (!from || !to) return [];
  const reason = fault ?? (from.isUnapplied ? 'the rules are not applied to it' : undefined);
  return reason === undefined
    ? []
    : [{ attribute: 'rules', expected: 'as vifkit makes them', actual: reason }];
}

/** The guest filters on this host, and the runner of their steps. */
export function openFilters(rootHelper: readonly string[], programs: Programs) {
  const table = new NftFilterTable(rootHelper, programs);
  return { table, runner: new FilterRunner(table) };
}
