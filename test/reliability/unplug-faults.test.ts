import type { Step } from '@vifkit/core/steps';
import { UnplugError } from '@vifkit/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { type Beginning, damaged, plugged } from './faults/beginnings.js';
import { titleOf } from './faults/bench.js';
import { unplugging } from './faults/busy-cases.js';
import { goOn, nextCallsOf } from './faults/go-on.js';
import { codesOf, faults, strike } from './faults/strike.js';
import { Tally } from './faults/tally.js';

const tally = new Tally('Steps of an unplug, in memory');
afterAll(() => tally.print());

async function stepsOf({ start }: Beginning): Promise<readonly Step[]> {
  const { host, driver, of } = await start();
  host.inject();
  await driver.unplug(of.request);
  return host.handed.apply;
}

describe.each(unplugging)('$name', (of) => {
  it('reports what went wrong with a step of its unplug, and the next call goes on', async () => {
    let turn = 0;
    for (const beginning of [plugged(of), ...(await damaged(of))]) {
      for (const [index, step] of (await stepsOf(beginning)).entries()) {
        for (const fault of faults.filter(({ way }) => step.kind !== 'command' || way !== 'rejects')) {
          for (const how of nextCallsOf(turn++)) {
            const caller = how === 'gc' ? 'its caller' : 'its deadline';
            const bench = await beginning.start();
            const where = [beginning.title, titleOf(step), fault.way, fault.done ? 'once done' : ''].join(
              ' ',
            );
            const { error, injected } = await strike(
              bench,
              'unplug',
              [{ during: 'apply', index, step, ...fault }],
              caller,
            );
            expect(error, where).toBeInstanceOf(UnplugError);
            if (injected) expect((error as UnplugError).failures, where).toContain(injected);
            else expect(codesOf(error), where).toContain(caller === 'its caller' ? 'ABORTED' : 'TIMEOUT');
            tally.note(of.name, where, await goOn(bench, how, where));
          }
        }
      }
    }
    tally.judge(of.name);
  });
});
