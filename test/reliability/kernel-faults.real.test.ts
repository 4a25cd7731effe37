import type { Step } from '@vifkit/core/steps';
import { PlugError } from '@vifkit/engine';
import { makeVendorTools, type OpenVSwitch, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { titleOf } from './faults/bench.js';
import { unplugging } from './faults/busy-cases.js';
import { goOn, nextCallOf } from './faults/go-on.js';
import { KernelBench } from './faults/kernel-bench.js';
import { dpdkCases, kernelCases, tools } from './faults/kernel-cases.js';
import { startSwitch } from './faults/kernel-switch.js';
import { applies, codesOf, faults, strike } from './faults/strike.js';
import { Tally } from './faults/tally.js';

requireOwnNetwork();

const tally = new Tally('Steps, on this kernel and Open vSwitch');

const switches = [
  { title: 'an Open vSwitch', dpdk: false, cases: kernelCases },
  { title: 'an Open vSwitch with DPDK', dpdk: true, cases: dpdkCases },
];

let vendors: VendorTools;

beforeAll(async () => {
  vendors = await makeVendorTools();
  for (const [name, script] of Object.entries(tools)) await vendors.put(name, script);
});
afterAll(async () => {
  await vendors?.close();
  tally.print();
});

describe.each(switches)('$title', ({ dpdk, cases }) => {
  let ovs: OpenVSwitch;

  beforeAll(async () => {
    ovs = await startSwitch({ dpdk });
  });
  afterAll(() => ovs?.stop());

  describe.each(cases)('$name', (of) => {
    let bench: KernelBench;

    beforeEach(async () => {
      bench = await KernelBench.open(of, ovs);
      await bench.driver.plug(of.request); // what it changes about br-int stays changed
      await bench.driver.unplug(of.request);
    });
    afterEach(() => bench?.close());

    /** The steps that a call carries out. */
    async function stepsOf(operation: 'plug' | 'unplug'): Promise<readonly Step[]> {
      const { driver, host } = bench;
      await bench.prepare();
      if (operation === 'unplug') await driver.plug(of.request);
      host.inject();
      await driver[operation](of.request);
      const steps = [...host.handed.apply];
      await driver.unplug(of.request);
      return steps;
    }

    it('is as before when a step of its plug goes wrong, and the next call goes on', async () => {
      let turn = 0;
      for (const [index, step] of (await stepsOf('plug')).entries()) {
        for (const fault of faults.filter((each) => applies(each, step))) {
          await bench.prepare();
          const before = await bench.state();
          const where = [titleOf(step), fault.way, fault.done ? 'once done' : ''].join(' ');
          const caller = fault.done ? 'its caller' : 'its deadline';
          const { error, injected } = await strike(
            bench,
            'plug',
            [{ during: 'apply', index, step, ...fault }],
            caller,
          );
          expect(error, where).toBeInstanceOf(PlugError);
          expect((error as PlugError).undoFailures, where).toEqual([]);
          if (injected) expect((error as PlugError).cause, where).toBe(injected);
          else expect(codesOf(error), where).toContain(caller === 'its caller' ? 'ABORTED' : 'TIMEOUT');
          expect(await bench.state(), where).toEqual(before);
          const how = nextCallOf(turn++);
          tally.note(of.name, where, await goOn(bench, how, where));
        }
      }
      tally.judge(of.name);
    });

    it('reports what went wrong with a step of its unplug, and the next call removes it', async () => {
      const steps = await stepsOf('unplug');
      expect(steps.length > 0).toBe(unplugging.includes(of));
      if (steps.length === 0) return; // a bridge stays
      for (const [index, step] of steps.entries()) {
        for (const done of [false, true]) {
          await bench.prepare();
          await bench.driver.plug(of.request);
          const where = `unplug, ${titleOf(step)} fails${done ? ' once done' : ''}`;
          const fault = { during: 'apply', index, step, way: 'fails', done } as const;
          const { error, injected } = await strike(bench, 'unplug', [fault]);
          expect(error, where).toMatchObject({ code: 'UNPLUG_FAILED' });
          expect((error as { failures: unknown }).failures, where).toContain(injected);
          tally.note(of.name, where, await goOn(bench, 'unplug', where));
        }
      }
      tally.judge(of.name);
    });

    it('reports what could not be undone, beside the first error, and the next call removes it', async () => {
      const steps = await stepsOf('plug');
      for (const [index, step] of [...steps].reverse().entries()) {
        await bench.prepare();
        const where = `undoing of ${titleOf(step)} fails`;
        const { error, injected } = await strike(bench, 'plug', [
          { during: 'apply', index: steps.length - 1, step: steps.at(-1), way: 'fails', done: true },
          { during: 'undo', index, step, way: 'fails', done: false },
        ]);
        expect(error, where).toMatchObject({ code: 'PLUG_FAILED' });
        expect((error as PlugError).cause, where).toBe(injected);
        expect((error as PlugError).undoFailures.length, where).toBeGreaterThan(0);
        const how = nextCallOf(index);
        tally.note(of.name, where, await goOn(bench, how, where));
      }
      tally.judge(of.name);
    });
  });
});
