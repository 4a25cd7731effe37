import { describe, expect, it, vi } from 'vitest';
import { otherwise, planless } from './changed-ways.js';
import { Bench } from './faults/bench.js';
import { cases } from './faults/cases.js';

/** The VIFs whose plug leaves something with a mark. */
const marking = await Promise.all(
  cases.map(async (of) => ({ of, leaves: (await Bench.plugged(of)).marked().length > 0 })),
);
const subjects = marking.filter(({ leaves }) => leaves).map(({ of }) => of);

describe.each(subjects.map((of) => [of.name, of] as const))('%s, unplugged by a request', (_, of) => {
  it.each(Object.entries({ ...planless, ...otherwise }))(
    '%s, leaves nothing with its mark',
    async (_, change) => {
      const bench = await Bench.plugged(of);
      await bench.driver.unplug(change(of.request));
      expect(bench.marked()).toEqual([]);
    },
  );
});

describe('an unplug of a VIF that another call plugs while the host is searched for its marks', () => {
  const unbound = planless['that Neutron has unbound'] ?? ((request) => request);

  it.each(subjects.map((of) => [of.name, of] as const))('leaves what that makes of %s', async (_, of) => {
    const bench = new Bench(of);
    plugBeforeSearch(bench);
    const { changes } = await bench.driver.unplug(of.request);
    expect(changes.filter(({ kind }) => kind !== 'command')).toEqual([]);
    expect((await bench.driver.check(of.request)).differences).toEqual([]);
    expect((await bench.driver.list()).vifs).toHaveLength(1);
  });

  it.each(subjects.map((of) => [of.name, of] as const))('leaves all or nothing of %s', async (_, of) => {
    const bench = new Bench(of);
    plugBeforeSearch(bench);
    const [result] = await bench.driver.unplugAll([unbound(of.request)]);
    if (result?.ok) expect(bench.marked()).toEqual([]);
    else expect((await bench.driver.check(of.request)).differences).toEqual([]);
    expect((await bench.driver.list()).vifs).toHaveLength(result?.ok ? 0 : 1);
  });
});

/** The VIF is plugged just before the host is searched for its marks for the first time. */
function plugBeforeSearch({ host, driver, of }: Bench): void {
  const runner = host.runners.find(({ findOwned }) => findOwned);
  if (!runner?.findOwned) throw new Error('Nothing is searched');
  const search = runner.findOwned.bind(runner);
  vi.spyOn(runner, 'findOwned').mockImplementationOnce(async (...asked) => {
    await driver.plug(of.request);
    return search(...asked);
  });
}

describe('a VIF of which nothing carries the mark', () => {
  const [of] = subjects;
  if (!of) throw new Error('No case leaves a mark');

  it.each(Object.entries(planless))('is refused by an unplug %s', async (_, change) => {
    const bench = new Bench(of);
    await expect(bench.driver.unplug(change(of.request))).rejects.toMatchObject({
      code: expect.stringMatching(
        /^(UNSUPPORTED_VIF_TYPE|VIF_TYPE_MISSING|NO_MATCHING_PLUGIN|UNSUPPORTED_VIF|INVALID_VIF)$/,
      ),
    });
    expect(bench.memory.writes).toEqual([]);
  });

  it.each(Object.entries(otherwise))('is unplugged %s, which writes nothing', async (_, change) => {
    const bench = new Bench(of);
    expect((await bench.driver.unplug(change(of.request))).changes).toEqual([]);
    expect(bench.memory.writes).toEqual([]);
  });
});
