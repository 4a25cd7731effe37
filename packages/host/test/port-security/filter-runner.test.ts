import type { GuestFilterAbsentStep, GuestFilterStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';

const soon = () => new Deadline(10_000).signal;
const filter = (own: Partial<GuestFilterStep> = {}): GuestFilterStep => {
  const kind = 'guestFilter';
  return { kind, name: 'tap0', mac: 'FA:16:3E:00:00:01', addresses: ['2001:DB8:0::5', '192.0.2.5'], ...own };
};
const none: GuestFilterAbsentStep = { kind: 'guestFilterAbsent', name: 'tap0' };

function setUp() {
  const host = memoryHost();
  const runner = host.runners.find(({ kinds }) => kinds.includes('guestFilter'));
  if (!runner) throw new Error('The host has no runner for filters');
  const inspect = async (step: GuestFilterStep | GuestFilterAbsentStep) => {
    const [inspection = { differences: [] }] = await runner.inspect([{ step, vifId: 'a' }], soon());
    return inspection;
  };
  const apply = async (step: GuestFilterStep | GuestFilterAbsentStep) => {
    const { change, differences } = await inspect(step);
    const task = { step, vifId: 'a', change };
    const [outcome = {}] = await runner.apply([task], soon());
    return { ...task, differences, outcome };
  };
  return { host, runner, inspect, apply };
}

describe('the filter of a guest', () => {
  it('is made, in the words of nftables, and found as it is wanted', async () => {
    const { host, inspect, apply } = setUp();
    expect(await inspect(filter())).toMatchObject({
      differences: [{ attribute: 'exists', expected: true, actual: false }],
      creates: true,
    });
    await apply(filter());
    expect(host.filters.snapshot()).toEqual({
      tap0: { mac: 'fa:16:3e:00:00:01', addresses: ['192.0.2.5', '2001:db8::5'], vifId: 'a' },
    });
    expect((await inspect(filter({ addresses: ['192.0.2.5', '2001:db8::5'] }))).differences).toEqual([]);
  });

  it('is corrected where it differs, and put back', async () => {
    const { host, runner, apply } = setUp();
    await apply(filter());
    const before = host.filters.snapshot();
    const task = await apply(filter({ mac: 'fa:16:3e:00:00:02', addresses: [] }));
    expect(task.differences).toEqual([
      { attribute: 'mac', expected: 'fa:16:3e:00:00:02', actual: 'fa:16:3e:00:00:01' },
      { attribute: 'addresses', expected: [], actual: ['192.0.2.5', '2001:db8::5'] },
    ]);
    await runner.undo([task], soon());
    expect(host.filters.snapshot()).toEqual(before);
  });

  it('is taken away, and may be gone', async () => {
    const { host, runner, inspect, apply } = setUp();
    await runner.undo([await apply(filter())], soon());
    expect(host.filters.snapshot()).toEqual({});
    expect((await inspect(none)).differences).toEqual([]);
    await apply(filter());
    await apply(none);
    expect(host.filters.snapshot()).toEqual({});
  });
});
