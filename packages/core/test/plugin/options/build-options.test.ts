import { IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import type { VifError } from '../../../src/errors/vif-error.js';
import { IsLinkName } from '../../../src/fields/decorators.js';
import type { VifConverter } from '../../../src/plugin/contract.js';
import { inject, legacyDriver, vifConverter, vifPlugin } from '../../../src/plugin/decorators.js';
import type { OptionsByName, OptionsSource } from '../../../src/plugin/options.js';
import { PluginRegistry } from '../../../src/plugin/registry.js';
import { Idle } from '../support/idle.js';

class Guarded {
  @IsInt()
  @Min(1)
  @Max(16)
  queues = 1;

  @IsOptional()
  @IsLinkName()
  uplink: string | undefined = undefined;
}

class Unguarded {
  color = 'blue';
}

class Guards {
  @ValidateNested()
  guarded = new Guarded();
}

@vifPlugin({ name: 'guarded', options: Guarded })
class GuardedPlugin extends Idle {
  constructor(@inject(Guarded) readonly options: Guarded) {
    super();
  }
}

@vifPlugin({ name: 'unguarded', options: Unguarded })
class UnguardedPlugin extends Idle {
  constructor(@inject(Unguarded) readonly options: Unguarded) {
    super();
  }
}

@vifPlugin({ name: 'guards', options: Guards })
class GuardsPlugin extends Idle {}

@vifPlugin({ name: 'bare' })
class BarePlugin extends Idle {}

@legacyDriver({ type: '802.1qbg', options: Guarded })
class Qbg extends Idle {}

@vifConverter({ type: 'converted' })
class Converter implements VifConverter {
  convert() {
    return undefined;
  }
}

const all = [GuardedPlugin, UnguardedPlugin, GuardsPlugin, BarePlugin, Qbg, Converter];
const registryWith = (options: Record<string, object>) =>
  new PluginRegistry([{ name: 'a', provides: all }], options);

/** The options in force, by what they belong to. */
function inForce(options: Record<string, object>): Record<string, object> {
  return Object.fromEntries(registryWith(options).registrations.map((each) => [each.key, each.options]));
}

function refusal(options: Record<string, unknown>): string {
  try {
    registryWith(options as Record<string, object>);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS' });
    return (error as VifError).message;
  }
  throw new Error('they were taken');
}

describe('options', () => {
  it('have defaults', () => {
    expect(inForce({})).toMatchObject({
      guarded: { queues: 1, uplink: undefined },
      unguarded: { color: 'blue' },
      bare: {},
    });
  });

  it('can be overridden one by one', () => {
    expect(inForce({ guarded: { uplink: 'eth0' } }).guarded).toEqual({ queues: 1, uplink: 'eth0' });
    expect(inForce({ guarded: { queues: undefined, uplink: undefined } }).guarded).toEqual({ queues: 1 });
  });

  it('are injected as an object of their class', () => {
    const { options } = registryWith({ guarded: { queues: 4 } }).plugin('guarded') as GuardedPlugin;
    expect(options).toBeInstanceOf(Guarded);
    expect(options.queues).toBe(4);
  });

  it('need no decorators of class-validator', () => {
    const { options } = registryWith({ unguarded: { color: 'red' } }).plugin('unguarded') as UnguardedPlugin;
    expect(options).toEqual({ color: 'red' });
  });

  it('may be given as an object of their class', () => {
    const given = Object.assign(new Guarded(), { queues: 2 });
    expect(inForce({ guarded: given }).guarded).toEqual({ queues: 2 });
  });

  it('are each registry’s own', () => {
    registryWith({ guarded: { queues: 4 } });
    expect(inForce({}).guarded).toEqual({ queues: 1 });
  });

  it.each(['802.1qbg', '802qbg'])('of a driver go by its VIF type, spelled %s', (type) => {
    expect(inForce({ [type]: { queues: 8 } })['802.1qbg']).toEqual({ queues: 8 });
  });
});

describe('options that are refused', () => {
  it('name the plugin and what is wrong with each', () => {
    const message = refusal({ guarded: { queues: 99, uplink: 'a b' } });
    expect(message).toContain("plugin 'guarded'");
    expect(message).toContain('queues must not be greater than 16');
    expect(message).toContain('uplink must be a link name');
  });

  it('are those of a wrong type', () => {
    expect(refusal({ guarded: { queues: '4' } })).toContain('queues must be an integer');
    expect(refusal({ guarded: { queues: null } })).toContain('queues');
  });

  it('are names that the class lacks', () => {
    expect(refusal({ guarded: { queue: 4 } })).toBe(
      "plugin 'guarded' has no option 'queue'; did you mean 'queues'? Known are queues, uplink",
    );
    expect(refusal({ bare: { mtu: 1 } })).toBe("plugin 'bare' has no option 'mtu'; known are none");
  });

  it.each(['toString', 'constructor', '__proto__'])('are names that every object has: %s', (name) => {
    expect(refusal({ guarded: JSON.parse(`{ "${name}": { "queues": 1 } }`) })).toContain(
      `no option '${name}'`,
    );
  });

  it('are those of nobody, or of a converter', () => {
    expect(refusal({ other: {} })).toContain("'other'");
    expect(refusal({ converted: {} })).toContain("'converted'");
  });

  it.each([[['queues']], 'queues', 4, true])('are no options at all: %j', (given) => {
    expect(refusal({ guarded: given })).toContain('must be an object');
  });

  it('are those within others', () => {
    const guarded = Object.assign(new Guarded(), { queues: 99 });
    expect(refusal({ guards: { guarded } })).toContain('queues must not be greater than 16');
  });
});

it('options that cannot be changed are reported by the name of their plugin', () => {
  class Frozen {
    mode = 'safe';
    constructor() {
      Object.freeze(this);
    }
  }
  @vifPlugin({ name: 'frozen', options: Frozen })
  class Plugin extends Idle {}
  const make = () => new PluginRegistry([{ name: 'a', provides: [Plugin] }], { frozen: { mode: 'fast' } });
  expect(make).toThrow(
    expect.objectContaining({
      code: 'PLUGIN_FAILED',
      message: expect.stringContaining("The option 'mode' of plugin 'frozen' cannot be set"),
    }),
  );
});

describe('options of several sources', () => {
  const file = {
    name: 'vif.json',
    options: { guarded: { queues: 4, uplink: 'eth1' }, '802.1qbg': { queues: 2 } },
  };
  const variable = { name: 'VIF_GUARDED_QUEUES', options: { guarded: { queues: 8 } } };
  const sourcesOf = (...sources: readonly OptionsSource[]) =>
    new PluginRegistry([{ name: 'a', provides: all }], sources);

  it('are overridden one by one by later ones', () => {
    const [guarded] = sourcesOf(file, variable).registrations;
    expect(guarded?.options).toEqual({ queues: 8, uplink: 'eth1' });
    expect(['queues', 'uplink'].map((name) => guarded?.sourceOf(name))).toEqual([
      'VIF_GUARDED_QUEUES',
      'vif.json',
    ]);
  });

  it('leave the default of what none has', () => {
    const [, unguarded] = sourcesOf(file).registrations;
    expect(unguarded?.options).toEqual({ color: 'blue' });
    expect(unguarded?.sourceOf('color')).toBeUndefined();
  });

  it('meet under either spelling of a VIF type', () => {
    const other = { name: 'b.json', options: { '802qbg': { uplink: 'eth2' } } };
    const qbg = sourcesOf(file, other).registrations.find(({ key }) => key === '802.1qbg');
    expect(qbg?.options).toEqual({ queues: 2, uplink: 'eth2' });
  });

  it.each<[string, object, string]>([
    [
      'a value that is refused',
      { guarded: { queues: 99 } },
      'queues must not be greater than 16 (from bad.json)',
    ],
    [
      'an unknown option',
      { guarded: { queue: 1 } },
      "no option 'queue'; did you mean 'queues'? Known are queues, uplink (from bad.json)",
    ],
    ['an unknown plugin', { other: {} }, 'no plugin of that name (from bad.json)'],
    ['what is no object', { guarded: 7 }, 'must be an object, not 7 (from bad.json)'],
  ])('name the source of %s', (_, options, message) => {
    const bad = { name: 'bad.json', options: options as OptionsByName };
    expect(() => sourcesOf(file, bad)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(message) }),
    );
  });

  it('name only the source of the value that is wrong', () => {
    const bad = { name: 'bad.json', options: { guarded: { uplink: 'a b' } } };
    expect(() => sourcesOf(variable, bad)).toThrow(
      /^Options of plugin 'guarded': uplink [^;]*\(from bad.json\)$/,
    );
  });
});
