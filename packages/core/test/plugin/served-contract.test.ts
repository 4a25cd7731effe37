import { describe, expect, it } from 'vitest';
import { thisCore } from '../../src/errors/core-copy.js';
import { HostPluginInfo } from '../../src/os-vif/host-info.js';
import { VIFGeneric } from '../../src/os-vif/vifs.js';
import type { Plan } from '../../src/plan/steps.js';
import type { PlanContext, VifPlugin } from '../../src/plugin/contract.js';
import { vifPlugin } from '../../src/plugin/decorators.js';
import type { Component } from '../../src/plugin/package.js';
import { PluginRegistry } from '../../src/plugin/registry.js';
import type { ContractAdapter } from '../../src/plugin/served-contract.js';

/** A plugin as it might have been written before there was a contract 1: with steps for both ways in one method. */
class Old {
  steps(plugged: boolean): Plan {
    const kind = plugged ? 'link' : 'linkAbsent';
    return [
      { kind, name: 'tap-old', ...(plugged ? { create: { type: 'tap' } } : { type: 'tap' }) } as Plan[0],
    ];
  }
}
vifPlugin({ name: 'old' })(Old as never);
const old = { name: '@acme/old', contract: 0, provides: [Old as never] };

const fromZero: ContractAdapter = {
  from: 0,
  adapt(component: Component) {
    const { steps } = component as unknown as Old;
    return {
      describe: () => new HostPluginInfo({ plugin_name: 'old', vif_info: [] }),
      plug: () => steps(true),
      unplug: () => steps(false),
    } satisfies VifPlugin;
  },
};

const vif = new VIFGeneric({ id: '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05' });

describe('a package of another contract', () => {
  it('is served through an adapter, if it is older by one', () => {
    const registry = new PluginRegistry([old], {}, undefined, { adapters: [fromZero] });
    const plugin = registry.plugin('old');
    expect(plugin.plug(vif, {} as PlanContext)).toEqual([
      { kind: 'link', name: 'tap-old', create: { type: 'tap' } },
    ]);
    expect(registry.plugin('old')).toBe(plugin);
    expect(registry.registrations.map(({ contract }) => contract)).toEqual([0]);
  });

  it('is refused without one, with the cure', () => {
    expect(() => new PluginRegistry([old])).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_INCOMPATIBLE',
        message: expect.stringMatching(
          'is for contract 0 .* Update the older one: npm install .*@acme/old@latest$',
        ),
      }),
    );
  });

  it('is refused if it is newer, whatever adapters there are', () => {
    const next = { ...old, contract: thisCore.contract + 1 };
    expect(() => new PluginRegistry([next], {}, undefined, { adapters: [fromZero] })).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INCOMPATIBLE' }),
    );
  });

  it.each(['1', 1.5, -1, Number.NaN, null])('is refused if the contract is %o', (contract) => {
    const odd = { ...old, contract: contract as number };
    expect(() => new PluginRegistry([odd])).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', message: expect.stringContaining('whole number') }),
    );
  });
});
