import { setImmediate } from 'node:timers/promises';
import type { LinkState } from './link-state.js';
import type { LinkQuery, LinkTable } from './link-table.js';

interface Reading {
  readonly signal: AbortSignal;
  /** Undefined once somebody wants all links. */
  names: Set<string> | undefined;
  readonly settingsOf: Set<string>;
  readonly links: Promise<ReadonlyMap<string, LinkState>>;
}

/**
 * Has those who read links in the same turn of the event loop share a reading: steps are compared with the links that the
 * ways of their VIFs lead over.
 */
export function sharingReads(table: LinkTable): LinkTable {
  let open: Reading | undefined;

  const begin = (signal: AbortSignal): Reading => {
    const settingsOf = new Set<string>();
    const read = async () => {
      await setImmediate(); // those that ask in the same turn join here
      if (open === reading) open = undefined;
      const names = reading.names && [...reading.names];
      return table.read({ names, settingsOf: [...settingsOf] }, signal);
    };
    const reading: Reading = { signal, names: new Set(), settingsOf, links: read() };
    return reading;
  };

  return {
    read({ names, settingsOf = [] }: LinkQuery, signal) {
      // Of another call, whose deadline may be sooner, nothing is shared.
      if (open?.signal !== signal) open = begin(signal);
      const reading = open;
      if (names) for (const name of names) reading.names?.add(name);
      else reading.names = undefined;
      for (const name of settingsOf) reading.settingsOf.add(name);
      return reading.links;
    },
    present: (names) => table.present(names),
    readAddresses: (names, signal) => table.readAddresses(names, signal),
    readChecksumOffload: (signal) => table.readChecksumOffload(signal),
    readRules: (signal) => table.readRules(signal),
    write: (operations, signal) => table.write(operations, signal),
    close: () => table.close(),
  };
}
