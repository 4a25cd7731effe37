import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { describe, expect, it } from 'vitest';
import { MemoryFilters } from '../../src/memory/memory-filters.js';
import { Points } from '../../src/memory/points.js';

const soon = () => new Deadline(10_000).signal;
const filter = { mac: 'fa:16:3e:00:00:01', addresses: ['192.0.2.5'] };

describe('filters in memory', () => {
  it('come and go', async () => {
    const filters = new MemoryFilters(new Points());
    await filters.write([{ name: 'tap1', filter }], soon());
    await filters.write([{ name: 'tap0', filter }], soon());
    expect([...(await filters.read()).guests]).toHaveLength(2);
    expect(Object.keys(filters.snapshot())).toEqual(['tap0', 'tap1']);
    await filters.write(
      ['tap0', 'none'].map((name) => ({ name, filter: undefined })),
      soon(),
    );
    expect(filters.snapshot()).toEqual({ tap1: filter });
  });

  it('are all left as they are where a change fails', async () => {
    const points = new Points();
    const filters = new MemoryFilters(points);
    points.failAt(1, new VifError('FILTER_FAILED', 'Made to fail'));
    const changes = ['tap0', 'tap1'].map((name) => ({ name, filter }));
    const outcomes = await filters.write(changes, soon());
    expect(outcomes.map((outcome) => outcome?.code)).toEqual(['FILTER_FAILED', 'FILTER_FAILED']);
    expect(filters.snapshot()).toEqual({});
  });
});
