import { type PluginPackage, PluginRegistry } from '@vifkit/core';
import { stepTarget } from '@vifkit/core/steps';
import type { PlannedStep } from '@vifkit/engine';
import { onAnotherDay } from './another-day.js';
import { type Case, ifEmpty } from './case.js';
import type { Fixture } from './fixture.js';

/** `plan` reports what `plug` does, in steps that are data, and always the same. */
export async function plansAhead(fixture: Fixture, subject: string): Promise<Case[]> {
  const { request } = fixture;
  const data = async () => {
    const { steps } = await (await fixture.start()).driver.plan(request);
    return steps.map(({ step }) => step).filter(({ kind }) => kind !== 'custom');
  };
  return [
    {
      subject,
      promise: 'plan-is-true',
      says: 'does what the plan said, and planning writes nothing',
      async run(look) {
        const bench = await fixture.start();
        const { host, driver } = bench;
        const before = await bench.state();
        const { steps } = await driver.plan(request);
        look.none(host.writes, 'what the planning wrote');
        look.equal(await bench.state(), before, 'the host and the vendor’s side after the planning');
        const { changes } = await driver.plug(request);
        look.equal(
          changes.map(({ kind, name }) => ({ kind, name })),
          writing(steps),
          'the changes of the plug, and what was planned',
        );
      },
    },
    {
      subject,
      promise: 'plan-settles',
      says: 'plans to write nothing but commands once it is plugged',
      async run(look) {
        look.none(await (await fixture.startPlugged()).wanting(), 'what would still be written');
      },
    },
    {
      subject,
      promise: 'plans-alike',
      says: 'plans the same for the same request, now and another day, in this process and in another',
      async run(look) {
        const bench = await fixture.start();
        const { watch, driver } = bench;
        await driver.plan(request);
        const first = watch.last('plug');
        await driver.plan(request);
        look.equal(watch.last('plug'), first, 'the plan of the second call');
        const later = bench.anotherDriver();
        await onAnotherDay(() => later.plan(request));
        look.equal(watch.last('plug'), first, 'the plan of another process, on another day');
        const today = await fixture.startPlugged();
        await today.driver.unplug(request);
        const unplug = today.watch.last('unplug');
        const tomorrow = await fixture.startPlugged();
        await onAnotherDay(() => tomorrow.driver.unplug(request));
        look.equal(tomorrow.watch.last('unplug'), unplug, 'the plan of an unplug, on another day');
      },
    },
    {
      subject,
      promise: 'steps-are-data',
      says: 'has steps that survive JSON, except custom ones',
      inapplicable: await ifEmpty(data(), 'it plans no step but custom ones'),
      async run(look) {
        for (const step of await data()) {
          look.equal(JSON.parse(JSON.stringify(step)), step, `the step ${step.kind}`);
          look.none(unspeakable(step), `what JSON has no words for in the step ${step.kind}`);
        }
      },
    },
    {
      subject,
      promise: 'needs-are-declared',
      says: 'declares every program that its commands and runners run',
      inapplicable: await ifEmpty(programsOf(fixture), 'it runs no program'),
      async run(look) {
        const declared = programsDeclaredBy(fixture.plugins);
        for (const program of await programsOf(fixture)) {
          look.includes(declared, program, 'the programs among `needs`');
        }
      },
    },
  ];
}

async function programsOf(fixture: Fixture): Promise<string[]> {
  const { watch, driver } = await fixture.startPlugged();
  await driver.unplug(fixture.request);
  const steps = [...watch.last('plug'), ...watch.last('unplug')];
  const commands = steps.flatMap((step) => (step.kind === 'command' ? [step.argv, step.undo ?? []] : []));
  return [...new Set([...commands.flatMap(([program]) => program ?? []), ...watch.programs])];
}

function programsDeclaredBy(plugins: readonly PluginPackage[]): string[] {
  const { registrations } = new PluginRegistry(plugins);
  const needs = registrations.flatMap(({ declaration }) => declaration.needs ?? []);
  return needs.filter(({ kind }) => kind === 'program').map(({ name }) => name);
}

function writing(steps: readonly PlannedStep[]) {
  return steps
    .filter(({ writes }) => writes)
    .map(({ step }) => ({ kind: step.kind, name: stepTarget(step) }));
}

/** Values that JSON would leave out or change, with their keys. */
function unspeakable(value: unknown, path = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, each]) => unspeakable(each, `${path}.${key}`));
  }
  const isSpeakable =
    value === undefined ||
    Number.isFinite(value) ||
    !['function', 'symbol', 'bigint', 'number'].includes(typeof value);
  return isSpeakable ? [] : [path];
}
