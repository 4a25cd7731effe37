import { stepTarget } from '@vifkit/core';
import type { PlannedStep } from '@vifkit/engine';
import { expect, it } from 'vitest';
import { type Applicable, ifEmpty } from './applicable.js';
import type { Fixture } from './fixture.js';

/** `plan` tells what `plug` does, in steps that are data. */
export async function plansAhead(fixture: Fixture, name: string, applicable: Applicable): Promise<void> {
  const { request } = fixture;

  it('does what the plan said, and planning writes nothing', async () => {
    const { host, driver } = fixture.start();
    const before = host.snapshot();
    const { steps } = await driver.plan(request);
    expect(host.writes).toEqual([]);
    expect(host.snapshot()).toEqual(before);
    const { changes } = await driver.plug(request);
    expect(changes.map(({ kind, name }) => ({ kind, name }))).toEqual(writing(steps));
  });

  it('plans to write nothing but commands once it is plugged', async () => {
    const { driver } = await fixture.startPlugged();
    const { steps } = await driver.plan(request);
    expect(writing(steps).filter(({ kind }) => kind !== 'command')).toEqual([]);
  });

  const data = async () => {
    const { steps } = await fixture.start().driver.plan(request);
    return steps.map(({ step }) => step).filter(({ kind }) => kind !== 'custom');
  };
  const noData = await ifEmpty(data(), 'it plans no step but custom ones');
  applicable.test(`'${name}'`, 'has steps that survive JSON, but for custom ones', noData, async () => {
    for (const step of await data()) expect(JSON.parse(JSON.stringify(step))).toEqual(step);
  });
}

function writing(steps: readonly PlannedStep[]) {
  return steps
    .filter(({ writes }) => writes)
    .map(({ step }) => ({ kind: step.kind, name: stepTarget(step) }));
}
