import { isVifError } from '@vifkit/core';
import { keyOf, type Thing } from '@vifkit/engine';
import { hostPrograms, type Programs } from '../commands/programs.js';
import { withHelper } from '../commands/run-program.js';
import type { FilterTable, GuestFilter } from '../port-security/filter-table.js';
import { TABLE } from '../port-security/ruleset.js';
import type { Source } from './source.js';

/** The guest filters. On a host without nftables there are none. */
export class FilterSource implements Source {
  constructor(
    private readonly table: Pick<FilterTable, 'read'>,
    private readonly rootHelper: readonly string[] = [],
    private readonly programs: Programs = hostPrograms,
  ) {}

  async read(signal: AbortSignal): Promise<readonly Thing[]> {
    const filters = await this.table.read(signal).catch((error: unknown) => {
      if (isVifError(error, 'COMMAND_NOT_FOUND')) return { guests: new Map<string, GuestFilter>() };
      throw error;
    });
    return [...filters.guests].map(([name, filter]) => filterThing(name, filter));
  }

  /**
   * Without the privilege to listen, or a program for it, changes to filters are not reported; everything else still
   * is.
   */
  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const argv = withHelper(this.rootHelper, ['nft', 'monitor', 'ruleset']);
    const onLine = (line: string) => {
      if (line.includes(` ${TABLE}`)) changed();
    };
    await this.programs.follow(argv, { onLine, onListening: changed }, signal);
  }
}

function filterThing(name: string, { vifId, mac, addresses }: GuestFilter): Thing {
  return {
    kind: 'guestFilter',
    name,
    vifIds: vifId === undefined ? [] : [vifId],
    below: [keyOf({ kind: 'link', name })],
    attributes: { mac, addresses },
    mac,
  };
}
