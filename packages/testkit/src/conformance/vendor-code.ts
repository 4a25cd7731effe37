import { VifError } from '@vifkit/core';
import { type Case, ifEmpty } from './case.js';
import { undone } from './fails-whole.js';
import type { Fixture } from './fixture.js';
import { irrevocable } from './ledger.js';

/** Vendors' own code, which the engine cannot see through: commands and custom steps. */
export async function vendorCode(fixture: Fixture, subject: string): Promise<Case[]> {
  const { request, leaves } = fixture;
  const seesVendor = await fixture.seesVendor();
  const noCustom = await ifEmpty(customSteps(fixture), 'it plans no custom step');
  const noCommand = await ifEmpty(commandsOf(fixture), 'its plug runs no command');
  const byVendor = seesVendor && (noCustom === undefined || noCommand === undefined);
  return [
    {
      subject,
      promise: 'custom-has-work',
      says: 'has custom steps that are not done before the plug, and are after it',
      inapplicable: noCustom,
      async run(look) {
        const bench = await fixture.start();
        const { steps } = await bench.driver.plan(request);
        const done = steps.filter(({ step, writes }) => step.kind === 'custom' && !writes);
        const names = done.flatMap(({ step }) => (step.kind === 'custom' ? [step.name] : []));
        look.none(
          names.filter((name) => !leaves.includes(name)),
          'what isDone says to be done before any plug',
        );
        await bench.driver.plug(request);
        look.none(await bench.wanting(), 'what is not done after the plug');
      },
    },
    {
      subject,
      promise: 'undoes-half-done',
      says: 'undoes a custom step that did its work and failed all the same',
      inapplicable: noCustom,
      async run(look) {
        for (const [i, name] of (await customSteps(fixture)).entries()) {
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
      promise: 'vendor-is-told',
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

async function customSteps(fixture: Fixture): Promise<string[]> {
  const { watch } = await fixture.startPlugged();
  return watch.last('plug').flatMap((step) => (step.kind === 'custom' ? [step.name] : []));
}

async function commandsOf(fixture: Fixture) {
  const { watch } = await fixture.startPlugged();
  return watch.last('plug').filter(({ kind }) => kind === 'command');
}
