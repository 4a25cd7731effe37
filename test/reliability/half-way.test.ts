import { VifError } from '@vifkit/core';
import { PlugError, UnplugError } from '@vifkit/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { sampled } from '../thorough.js';
import { Bench } from './faults/bench.js';
import { plugging, unplugging } from './faults/busy-cases.js';
import type { Case } from './faults/cases.js';
import { goOn, nextCallOf } from './faults/go-on.js';
import { rejection } from './faults/strike.js';
import { Tally } from './faults/tally.js';

const tally = new Tally('Writes of which a step is made, in memory');
afterAll(() => tally.print());

const first = new VifError('LINK_COMMAND_FAILED', 'Made to fail');
const second = new VifError('LINK_COMMAND_FAILED', 'Made to fail as well');

const messageOf = (error: unknown) => (error instanceof Error ? error.message : '');

/** Plugs with one write that fails, and another one of the undoing. Answers how many there were of each. */
async function fail(of: Case, write: number, undoing?: number): Promise<[Bench, unknown, number]> {
  const bench = new Bench(of);
  const { memory, driver } = bench;
  memory.failAt(write, first);
  if (undoing !== undefined) memory.failAt(write + undoing, second);
  const error = await rejection(driver.plug(of.request));
  memory.heal();
  return [bench, error, memory.points.length];
}

/**
 * Links that were made but could be neither marked nor removed. Only the caller, who is told, can know whose they are:
 * by its name, a link is removed where it is one VIF's alone, and one that several share is taken for somebody else's.
 */
function unmarkedIn({ memory, of }: Bench): string[] {
  const before = new Bench(of).memory.links.kernel.links;
  const links = [...memory.links.kernel.links.values()];
  return links.filter(({ name, alias }) => !alias && !before.has(name)).map(({ name }) => name);
}

/** The links but for their addresses, which are random. */
function settingsOf({ memory }: Bench) {
  return Object.values(memory.links.snapshot()).map(({ address: _, ...link }) => link);
}

describe.each(plugging)('$name', (of) => {
  it('is as before when any write of its plug fails, and reported if one of the undoing does, too', async () => {
    const plugged = await Bench.plugged(of);
    const { memory } = plugged;
    const before = new Bench(of).things();
    for (const [i, { what }] of memory.points.entries()) {
      const write = i + 1;
      const [bench, error, reached] = await fail(of, write);
      if (error === undefined) {
        // The kernel refused a setting that the new link has anyway.
        expect(settingsOf(bench), what).toEqual(settingsOf(plugged));
        continue;
      }
      expect(error, what).toBeInstanceOf(PlugError);
      expect(messageOf((error as PlugError).cause), what).toContain(first.message);
      expect((error as PlugError).undoFailures, what).toEqual([]);
      expect(bench.things(), what).toEqual(before);
      tally.note(of.name, what, await goOn(bench, nextCallOf(i), what));
      const undone = Array.from({ length: reached - write }, (_, after) => after + 1);
      for (const undoing of sampled(undone, 2)) {
        const [bench, error] = await fail(of, write, undoing);
        const where = `${what}, and the ${undoing}. write after it`;
        expect(messageOf((error as PlugError).cause), where).toContain(first.message);
        const unmarked = unmarkedIn(bench);
        if (unmarked.length > 0) {
          const failures = (error as PlugError).undoFailures.map(messageOf);
          expect(failures, where).toEqual([expect.stringContaining(second.message)]);
        }
        const left = await goOn(bench, nextCallOf(undoing), where);
        tally.note(
          of.name,
          where,
          left.filter((each) => !unmarked.some((name) => each.startsWith(`link ${name},`))),
        );
      }
    }
    tally.judge(of.name);
  });
});

describe.each(unplugging)('$name', (of) => {
  it('is unplugged except for what a write that fails concerns, and that the next time', async () => {
    const dry = await Bench.plugged(of);
    const plugged = dry.memory.points.length;
    await dry.driver.unplug(of.request);
    for (const [i, { what }] of dry.memory.points.slice(plugged).entries()) {
      const bench = await Bench.plugged(of);
      bench.memory.failAt(i + 1, first);
      const error = await rejection(bench.driver.unplug(of.request));
      expect(error, what).toBeInstanceOf(UnplugError);
      const failures = (error as UnplugError).failures.map(messageOf);
      expect(failures.join('\n'), what).toContain(first.message);
      bench.memory.heal();
      tally.note(of.name, `unplug, ${what}`, await goOn(bench, nextCallOf(i), what));
    }
    tally.judge(of.name);
  });
});
