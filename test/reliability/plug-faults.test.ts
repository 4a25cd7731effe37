import type { Step } from '@vifkit/core/steps';
import { PlugError } from '@vifkit/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { type Beginning, bare, damaged } from './faults/beginnings.js';
import { titleOf } from './faults/bench.js';
import { plugging } from './faults/busy-cases.js';
import type { Fault } from './faults/fault.js';
import { goOn, nextCallOf } from './faults/go-on.js';
import { applies, codesOf, faults, strike } from './faults/strike.js';
import { Tally } from './faults/tally.js';

const tally = new Tally('Steps of a plug, in memory');
afterAll(() => tally.print());

/** The steps that a plug carries out. */
async function stepsOf({ start }: Beginning): Promise<readonly Step[]> {
  const { host, driver, of } = await start();
  host.inject();
  await driver.plug(of.request);
  return host.handed.apply;
}

/** Has a plug go wrong, and expects the host to be as before. */
async function expectUndone(
  beginning: Beginning,
  fault: Fault & { readonly index: number; readonly step?: Step },
  turn: number,
): Promise<void> {
  const { during, way, done, step } = fault;
  for (const caller of way === 'hangs'
    ? (['its deadline', 'its caller'] as const)
    : (['its deadline'] as const)) {
    const bench = await beginning.start();
    const { vendors: vendorsBefore, ...before } = bench.state();
    const where = [beginning.title, during, titleOf(step), way, done ? 'once done' : '', caller].join(' ');
    const { error, injected } = await strike(bench, 'plug', [fault], caller);
    expect(error, where).toBeInstanceOf(PlugError);
    expect((error as PlugError).undoFailures, where).toEqual([]);
    if (injected) expect((error as PlugError).cause, where).toBe(injected);
    else expect(codesOf(error), where).toContain(caller === 'its caller' ? 'ABORTED' : 'TIMEOUT');
    const { vendors, ...after } = bench.state();
    expect(after, where).toEqual(before);
    // A tool undoes all that there is for a link that was made again: nobody can read what it had done before.
    expect(vendorsBefore, where).toEqual(expect.arrayContaining(vendors));
    const how = nextCallOf(turn);
    tally.note(bench.of.name, where, await goOn(bench, how, where));
  }
}

describe.each(plugging)('$name', (of) => {
  it('is as before when a step of its plug goes wrong, and the next call goes on', async () => {
    for (const beginning of [bare(of), ...(await damaged(of))]) {
      for (const [index, step] of (await stepsOf(beginning)).entries()) {
        const these = faults.filter((each) => applies(each, step));
        for (const [i, fault] of these.entries()) {
          await expectUndone(beginning, { during: 'apply', index, step, ...fault }, index + i);
        }
      }
    }
    tally.judge(of.name);
  });

  it('is as before when the host cannot be read', async () => {
    const { host, driver } = await bare(of).start();
    await driver.plug(of.request);
    for (const index of host.handed.inspect.keys()) {
      for (const way of ['rejects', 'hangs'] as const) {
        await expectUndone(bare(of), { during: 'inspect', index, way, done: false }, index);
      }
    }
    tally.judge(of.name);
  });
});

it('are given up when they hang and do not hear that they are called off', async () => {
  // Each waits in vain for a second: side by side.
  await Promise.all(
    plugging.map(async (of) => {
      const steps = await stepsOf(bare(of));
      await Promise.all(
        [...steps.entries()].flatMap(([index, step]) =>
          [false, true].map((done) =>
            expectUndone(bare(of), { during: 'apply', index, step, way: 'is deaf', done }, index),
          ),
        ),
      );
    }),
  );
  for (const { name } of plugging) tally.judge(name);
});
