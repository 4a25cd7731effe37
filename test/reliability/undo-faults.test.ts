import { PlugError } from '@vifkit/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, titleOf } from './faults/bench.js';
import { plugging } from './faults/busy-cases.js';
import { goOn, nextCallsOf } from './faults/go-on.js';
import { applies, faults, strike } from './faults/strike.js';
import { Tally } from './faults/tally.js';

const tally = new Tally('Steps of an undoing, in memory');
afterAll(() => tally.print());

/** Undoing has a deadline of its own, which is long: a hang of it is tested in core, with a short one. */
const withoutHangs = faults.filter(({ way }) => way !== 'hangs');

describe.each(plugging)('$name', (of) => {
  it('reports what could not be undone, beside the first error, and the next call removes it', async () => {
    const { host, driver } = new Bench(of);
    await driver.plug(of.request);
    const steps = host.handed.apply;
    const last = steps.at(-1);
    // All steps are done when the last one fails.
    const failing = { during: 'apply', index: steps.length - 1, step: last, way: 'fails' } as const;
    const first = { ...failing, done: last !== undefined && applies({ way: 'fails', done: true }, last) };
    let turn = 0;
    for (const [index, step] of [...steps].reverse().entries()) {
      const these = withoutHangs.filter(({ way }) => step.kind !== 'command' || way !== 'rejects');
      for (const fault of these) {
        for (const how of nextCallsOf(turn++)) {
          const bench = new Bench(of);
          const where = [titleOf(step), fault.way, fault.done ? 'once done' : ''].join(' ');
          const { error, injected } = await strike(bench, 'plug', [
            first,
            { during: 'undo', index, step, ...fault },
          ]);
          expect(error, where).toBeInstanceOf(PlugError);
          expect((error as PlugError).cause, where).toBe(injected);
          // The step that failed is as it was found, whatever its runner says.
          const isRestored = index === 0 && fault.done;
          if (!isRestored) expect((error as PlugError).undoFailures.length, where).toBeGreaterThan(0);
          tally.note(of.name, where, await goOn(bench, how, where));
        }
      }
    }
    tally.judge(of.name);
  });
});
