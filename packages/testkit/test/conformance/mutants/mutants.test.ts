import type { VIFBase } from '@vifkit/core/os-vif';
import type { Step } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import { type Kept, runConformance } from '../../../src/conformance/index.js';
import { announcingMutants } from './announcing-mutants.js';
import { Fabric, type FabricClass, suiteFor } from './fabric.js';
import { mutants } from './mutants.js';

/** The first promise that a plugin breaks. */
async function broken(plugin: FabricClass, seesController: boolean): Promise<Kept | undefined> {
  for await (const each of runConformance(suiteFor(plugin, seesController)))
    if (each.outcome === 'broken') return each;
  return undefined;
}

describe('a plugin without fault', () => {
  it.each([true, false])('keeps all promises; the controller is in sight: %s', async (seesController) => {
    class Right extends Fabric {}
    expect(await broken(Right, seesController)).toBeUndefined();
  });
});

it('keeps all promises if it is frozen, and has private fields', async () => {
  class Frozen extends Fabric {
    readonly #bridge = 'br-int';
    constructor() {
      super();
      Object.freeze(this);
    }
    protected override port(vif: VIFBase, name: string): Step {
      return { ...super.port(vif, name), bridge: this.#bridge } as Step;
    }
  }
  expect(await broken(Frozen, true)).toBeUndefined();
});

describe('a plugin with one fault breaks a promise', () => {
  it.each(Object.entries({ ...announcingMutants, ...mutants }))('that %s', async (_, mutant) => {
    expect(await broken(mutant, true)).toBeDefined();
  });
});

it('says what is wrong with an async `describe`', async () => {
  const { 'announces later': mutant } = announcingMutants;
  if (!mutant) throw new Error('There is no such mutant');
  const reasons: (string | undefined)[] = [];
  for await (const { promise, reason } of runConformance(suiteFor(mutant, true)))
    if (promise === 'describes-name') reasons.push(reason);
  expect(reasons).toContain(
    "The plugin 'fabric' cannot say which VIFs it supports: describe must not be async",
  );
});

describe('without the controller in sight', () => {
  it.each(Object.entries({ ...announcingMutants, ...mutants }))(
    'a plugin that %s breaks one, too',
    async (_, mutant) => {
      expect(await broken(mutant, false)).toBeDefined();
    },
  );
});
