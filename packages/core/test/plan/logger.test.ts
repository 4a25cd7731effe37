import { expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/plan/host.js';

it('the silent logger writes nothing', () => {
  const writes = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const log of Object.values(silentLogger)) expect(log({ vif: 'a' }, 'said')).toBeUndefined();
  expect(writes.flatMap((write) => write.mock.calls)).toEqual([]);
  vi.restoreAllMocks();
});
