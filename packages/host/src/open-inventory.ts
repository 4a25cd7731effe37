import type { Programs } from './commands/programs.js';
import { FilterSource } from './inventory/filter-source.js';
import { KernelSource } from './inventory/kernel-source.js';
import type { Source } from './inventory/source.js';
import { SourcesInventory } from './inventory/sources-inventory.js';
import type { LinkTable } from './links/link-table.js';
import type { FilterTable } from './port-security/filter-table.js';
import type { VfJournal } from './sriov/vf-journal.js';
import type { VfTable } from './sriov/vf-table.js';

export interface InventoryParts {
  readonly links: LinkTable;
  readonly functions: VfTable;
  readonly journal: VfJournal;
  readonly openVSwitch: readonly Source[];
  readonly filters: FilterTable;
  readonly rootHelper: readonly string[];
  readonly programs: Programs;
}

/** Lists what exists on the host, of all kinds. */
export function openInventory({
  links,
  functions,
  journal,
  openVSwitch,
  filters,
  rootHelper,
  programs,
}: InventoryParts) {
  return new SourcesInventory([
    new KernelSource(links, functions, journal, programs),
    ...openVSwitch,
    new FilterSource(filters, rootHelper, programs),
  ]);
}
