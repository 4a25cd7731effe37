import { setImmediate } from 'node:timers/promises';
import type { LinkState } from './link-state.js';
import type { LinkQuery, LinkTable } from './link-table.js';

interface Reading {
  readonly signal: AbortSignal;
  /** Undefined once any caller wants all links. */
  names: Set<string> | undefined;
  readonly links: Promise<ReadonlyMap<string, LinkState>>;
}

/**
 * Lets readers of links share a reading within a call: the steps of VIFs are compared with the links of their paths.
 * Requests in the same turn of the event loop join, and a reader of links that nothing has written to since gets the
 * last reading. Nothing is shared with another call, which may have an earlier deadline.
 */
export function sharingReads(table: LinkTable): LinkTable {
  let open: Reading | undefined;
  let last: Reading | undefined;
  let checksums:
    | { readonly signal: AbortSignal; readonly read: ReturnType<LinkTable['readChecksumOffload']> }
    | undefined;

  const begin = (signal: AbortSignal): Reading => {
    const read = async () => {
      await setImmediate(); // requests in the same turn join here
      if (open === reading) open = undefined;
      last = reading;
      const names = reading.names && [...reading.names];
      return table.read({ names }, signal);
    };
    const reading: Reading = { signal, names: new Set(), links: read() };
    return reading;
  };

  const lastOf = ({ names }: LinkQuery, signal: AbortSignal) => {
    if (last?.signal !== signal) return undefined;
    const known = last.names;
    return !known || names?.every((name) => known.has(name)) ? last : undefined;
  };

  return {
    read(query, signal) {
      const { names, isUnchanged } = query;
      const known = isUnchanged && lastOf(query, signal);
      if (known) return known.links;
      if (open?.signal !== signal) open = begin(signal);
      const reading = open;
      if (names) for (const name of names) reading.names?.add(name);
      else reading.names = undefined;
      return reading.links;
    },
    withSettings: (links, names) => table.withSettings(links, names),
    present: (names) => table.present(names),
    readFormer: (names, signal) => table.readFormer(names, signal),
    readAddresses: (names, signal) => table.readAddresses(names, signal),
    // Each reading takes its own process: one per call is enough, unless the call itself has changed some.
    readChecksumOffload(signal) {
      if (checksums?.signal !== signal) checksums = { signal, read: table.readChecksumOffload(signal) };
      return checksums.read;
    },
    readRules: (signal) => table.readRules(signal),
    write(operations, signal) {
      checksums = undefined;
      return table.write(operations, signal);
    },
    close: () => table.close(),
  };
}
