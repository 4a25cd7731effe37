import { VifError } from '@vifkit/core';
import { stepTarget } from '@vifkit/core/steps';
import { type Case, ifEmpty } from './case.js';
import { undone } from './fails-whole.js';
import type { Fixture } from './fixture.js';
import { irrevocable } from './ledger.js';
import { isVendors } from './watch.js';

/** Vendors' own code, which the engine cannot see through: commands, custom steps and runners. */
export async function vendorCode(fixture: Fixture, subject: string): Promise<Case[]> {
  const { request, leaves } = fixture;
  const seesVendor = await fixture.seesVendor();
  const noCustom = await ifEmpty(ownSteps(fixture), 'it plans no custom step, and none of a kind of its own');
  const noCommand = await ifEmpty(commandsOf(fixture), 'its plug runs no command');
  const byVendor = seesVendor && (noCustom === undefined || noCommand === undefined);
  return [
    {
      subject,
      promise: 'custom-has-work',
      says: 'has custom steps and steps of its own kinds that are not done before the plug, and are after it',
      inapplicable: noCustom,
      async run(look) {
        const bench = await fixture.start();
        const { steps } = await bench.driver.plan(request);
        const done = steps.filter(({ step, writes }) => isVendors(step) && !writes);
        const names = done.map(({ step }) => stepTarget(step));
        look.none(
          names.filter((name) => !leaves.includes(name)),
          'what isDone, or a runner, says to be done before any plug',
        );
        await bench.driver.plug(request);
        look.none(await bench.wanting(), 'what is not done after the plug');
      },
    },
    {
      subject,
      promise: 'undoes-half-done',
      says: 'undoes a step of its own that did its work and failed nevertheless',
      inapplicable: noCustom,
      async run(look) {
        for (const [i, name] of (await ownSteps(fixture)).entries()) {
          const bench = await fixture.start();
          const error = new VifError('PLUGIN_FAILED', `Made to fail behind ${name}`);
          bench.watch.failAfter = { left: i + 1, error };
          await undone(look, bench, () => bench.driver.plug(request), name);
        }
      },
    },
    {
      subject,
      promise: 'commands-have-undo',
      says: 'has an undo, or the link that it is tied to, for each command of a plug',
      inapplicable: noCommand ?? (seesVendor ? 'the vendor’s state shows what is undone' : undefined),
      async run(look) {
        const { watch } = await fixture.startPlugged();
        look.none(irrevocable(watch.last('plug')), 'commands that nothing takes back');
      },
    },
    {
      subject,
      promise: 'vendor-is-changed',
      says: 'changes the vendor’s state with a plug',
      inapplicable: byVendor ? undefined : 'no vendor’s state was given, or nothing is done there',
      async run(look) {
        const bench = await fixture.start();
        const before = JSON.stringify(await bench.vendorState());
        await bench.driver.plug(request);
        look.holds(
          JSON.stringify(await bench.vendorState()) !== before,
          'the plug changes the vendor’s state',
        );
      },
    },
  ];
}

async function ownSteps(fixture: Fixture): Promise<string[]> {
  const { watch } = await fixture.startPlugged();
  return watch.last('plug').filter(isVendors).map(stepTarget);
}

async function commandsOf(fixture: Fixture) {
  const { watch } = await fixture.startPlugged();
  return watch.last('plug').filter(({ kind }) => kind === 'command');
}
