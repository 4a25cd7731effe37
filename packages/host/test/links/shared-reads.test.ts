import { describe, expect, it } from 'vitest';
import type { LinkQuery, LinkTable } from '../../src/links/link-table.js';
import { sharingReads } from '../../src/links/shared-reads.js';

/** A table without links, that notes what it is asked for. */
function noting() {
  const asked: (LinkQuery | 'checksums')[] = [];
  const table: LinkTable = {
    read: async (query) => {
      asked.push(query);
      return new Map();
    },
    present: () => [],
    readAddresses: async () => new Map(),
    readChecksumOffload: async () => {
      asked.push('checksums');
      return new Map();
    },
    readRules: async () => [],
    readFormer: async () => new Map(),
    withSettings: (links) => links,
    write: async (operations) => operations.map(() => undefined),
    close: async () => {},
  };
  return { asked, links: sharingReads(table) };
}

const call = () => new AbortController().signal;

describe('those who read links for one call', () => {
  it('share a reading if they ask in the same turn', async () => {
    const { asked, links } = noting();
    const signal = call();
    await Promise.all([links.read({ names: ['a'] }, signal), links.read({ names: ['b'] }, signal)]);
    expect(asked).toEqual([{ names: ['a', 'b'] }]);
  });

  it('have what was read last if nothing was written since', async () => {
    const { asked, links } = noting();
    const signal = call();
    await links.read({ names: ['a', 'b'] }, signal);
    await links.read({ names: ['b'], isUnchanged: true }, signal);
    expect(asked).toHaveLength(1);
    await links.read({ names: ['c'], isUnchanged: true }, signal);
    expect(asked).toHaveLength(2);
  });

  it('share nothing with another call', async () => {
    const { asked, links } = noting();
    await Promise.all([links.read({ names: ['a'] }, call()), links.read({ names: ['a'] }, call())]);
    expect(asked).toHaveLength(2);
  });

  it('ask for checksums once, and again once the call has written', async () => {
    const { asked, links } = noting();
    const signal = call();
    await Promise.all([links.readChecksumOffload(signal), links.readChecksumOffload(signal)]);
    await links.readChecksumOffload(signal);
    expect(asked).toEqual(['checksums']);
    await links.write([], signal);
    await links.readChecksumOffload(signal);
    await links.readChecksumOffload(call());
    expect(asked).toHaveLength(3);
  });
});
