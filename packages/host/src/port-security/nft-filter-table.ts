import { VifError } from '@vifkit/core';
import type { CommandResult } from '@vifkit/core/step-kinds';
import { hostPrograms, type Programs } from '../commands/programs.js';
import { missingProgram, rightsHint, withHelper } from '../commands/run-program.js';
import { isTransient, retryTransient } from '../commands/transient.js';
import type { FilterTable, GuestFilters, WantedFilter } from './filter-table.js';
import { parseFilters } from './parse-filters.js';
import { renderChanges } from './render-filters.js';
import { TABLE } from './ruleset.js';

/** The kernel's filters, through `nft`: one table of ours, which exists while it has a guest. */
export class NftFilterTable implements FilterTable {
  readonly #rootHelper: readonly string[];
  readonly #programs: Programs;

  constructor(rootHelper: readonly string[] = [], programs: Programs = hostPrograms) {
    this.#rootHelper = rootHelper;
    this.#programs = programs;
  }

  async read(signal: AbortSignal): Promise<GuestFilters> {
    return (await this.#read(signal)) ?? { guests: new Map() };
  }

  async write(
    changes: readonly WantedFilter[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const lines = renderChanges(changes, await this.#read(signal));
    const outcome = lines.length === 0 ? undefined : await this.#carryOut(lines, signal);
    return changes.map(() => outcome);
  }

  /** The existing filters; undefined without a table. */
  async #read(signal: AbortSignal): Promise<GuestFilters | undefined> {
    const result = await this.#nft(['-j', 'list', 'table', ...TABLE.split(' ')], '', signal);
    if (result.exitCode === 0) return parseFilters(result.stdout);
    if (/no such file or directory/i.test(result.stderr)) return undefined;
    throw failure('read', result);
  }

  /** Runs a transaction: nftables applies a file completely or not at all. */
  async #carryOut(lines: readonly string[], signal: AbortSignal): Promise<VifError | undefined> {
    const change = () => this.#nft(['-f', '-'], `${lines.join('\n')}\n`, signal);
    const result = await retryTransient(change, ({ stderr }) => isTransient(stderr), signal);
    return result.exitCode === 0 ? undefined : failure('changed', result);
  }

  async #nft(args: readonly string[], input: string, signal: AbortSignal): Promise<CommandResult> {
    const argv = withHelper(this.#rootHelper, ['nft', ...args]);
    const result = await this.#programs.run(argv, { input, signal, doing: 'filtering guests' });
    if (result.missing) throw missingProgram(argv[0]);
    return result;
  }
}

function failure(what: 'read' | 'changed', { stderr, ending }: CommandResult): VifError {
  const reason = stderr.trim().split('\n', 1)[0] || `\`nft\` ${ending}`;
  return new VifError('FILTER_FAILED', `The guest filters cannot be ${what}: ${reason}${rightsHint(reason)}`);
}
