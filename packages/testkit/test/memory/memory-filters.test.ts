import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { NftFilterTable } from '@vifkit/host/parts';
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../src/memory/kernel/kernel.js';
import { MemoryPrograms } from '../../src/memory/kernel/memory-programs.js';
import { Points } from '../../src/memory/kernel/points.js';

const soon = () => new Deadline(10_000).signal;
const filter = { mac: 'fa:16:3e:00:00:01', addresses: ['192.0.2.5', '2001:db8::5'], vifId: 'a' };

let points: Points;
let programs: MemoryPrograms;
let table: NftFilterTable;

beforeEach(() => {
  points = new Points();
  programs = new MemoryPrograms(points, new Kernel());
  table = new NftFilterTable([], programs);
});

describe('filters in memory', () => {
  it('come and go, and the table with the last of them', async () => {
    await table.write([{ name: 'tap1', filter }], soon());
    await table.write([{ name: 'tap0', filter }], soon());
    expect([...(await table.read(soon())).guests]).toHaveLength(2);
    expect(programs.nft.guestFilters()).toEqual({ tap0: filter, tap1: filter });
    await table.write(
      ['tap0', 'none'].map((name) => ({ name, filter: undefined })),
      soon(),
    );
    expect(programs.nft.guestFilters()).toEqual({ tap1: filter });
    await table.write([{ name: 'tap1', filter: undefined }], soon());
    expect(programs.nft.list(['bridge', 'vifkit']).stderr).toContain('No such file or directory');
  });

  it('are all left as they are where a change fails', async () => {
    points.failAt(1, new VifError('FILTER_FAILED', 'Made to fail'));
    const changes = ['tap0', 'tap1'].map((name) => ({ name, filter }));
    const outcomes = await table.write(changes, soon());
    expect(outcomes.map((outcome) => outcome?.code)).toEqual(['FILTER_FAILED', 'FILTER_FAILED']);
    expect(programs.nft.guestFilters()).toEqual({});
  });

  it('are left by a transaction that fails in its midst', async () => {
    await table.write([{ name: 'tap0', filter }], soon());
    const lines = [
      'delete element bridge vifkit guests { "tap0" }',
      'delete element bridge vifkit guests { "tap1" }',
    ];
    expect(programs.nft.run(lines).stderr).toContain('No such file or directory');
    expect(programs.nft.guestFilters()).toEqual({ tap0: filter });
  });
});
