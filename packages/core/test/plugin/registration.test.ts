import { describe, expect, it } from 'vitest';
import { VifError } from '../../src/errors/vif-error.js';
import { type Logger, silentLogger } from '../../src/plan/host.js';
import { inject, LOGGER, legacyDriver, vifConverter, vifPlugin } from '../../src/plugin/decorators.js';
import { PluginRegistry } from '../../src/plugin/registry.js';
import { Idle } from './support/idle.js';

class Options {
  mode = 'safe';
}

const unreadable = new Proxy(
  {},
  {
    get() {
      throw new Error('no');
    },
    ownKeys() {
      throw new Error('no');
    },
  },
);

describe('what cannot be read', () => {
  @vifPlugin({ name: 'idle', options: Options })
  class Plugin extends Idle {}
  const packages = [{ name: 'a', provides: [Plugin] }];

  it.each<[what: string, code: string, make: () => unknown]>([
    ['a package', 'PLUGIN_INVALID', () => new PluginRegistry([unreadable as never])],
    [
      'a class of a package',
      'PLUGIN_INVALID',
      () => new PluginRegistry([{ name: 'a', provides: [unreadable as never] }]),
    ],
    ['the options', 'INVALID_OPTIONS', () => new PluginRegistry(packages, unreadable as never)],
    ['the options of a plugin', 'INVALID_OPTIONS', () => new PluginRegistry(packages, { idle: unreadable })],
  ])('has an error with a code: %s', (_, code, make) => {
    expect(make).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('cannot be read') }),
    );
  });
});

describe('building a plugin', () => {
  it.each<[role: string, build: (registry: PluginRegistry) => unknown, missing: string]>([
    ['plugin', (registry) => registry.plugin('x'), 'unplug'],
    ['driver', (registry) => registry.driver('x'), 'config'],
    ['converter', (registry) => registry.converter('x', 'newton'), 'convert'],
  ])('fails for a %s that lacks a method, and names it', (role, build, missing) => {
    class Partial {
      describe() {}
      plug() {}
    }
    const target = Partial as never;
    if (role === 'plugin') vifPlugin({ name: 'x' })(target);
    if (role === 'driver') legacyDriver({ type: 'x' })(target);
    if (role === 'converter') vifConverter({ type: 'x' })(target);
    const registry = new PluginRegistry([{ name: 'a', provides: [target] }]);
    expect(() => build(registry)).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_FAILED',
        message: expect.stringMatching(`${role} 'x' of a could not be built: it has no method .*${missing}`),
      }),
    );
  });

  it('waits until it is needed, and happens once', () => {
    let built = 0;
    @vifPlugin({ name: 'counted' })
    class Counted extends Idle {
      constructor() {
        super();
        built += 1;
      }
    }
    const registry = new PluginRegistry([{ name: 'a', provides: [Counted] }]);
    expect(registry.types).toEqual([]);
    expect(registry.registrations).toHaveLength(1);
    expect(built).toBe(0);
    expect(registry.plugin('counted')).toBe(registry.plugin('counted'));
    expect(built).toBe(1);
    expect(new PluginRegistry([{ name: 'a', provides: [Counted] }]).plugin('counted')).not.toBe(
      registry.plugin('counted'),
    );
  });

  it('injects options and logger by their tokens, in any order', () => {
    @vifPlugin({ name: 'injected', options: Options })
    class Injected extends Idle {
      constructor(
        @inject(LOGGER) readonly logger: Logger,
        @inject(Options) readonly options: Options,
      ) {
        super();
      }
    }
    const logger = { ...silentLogger };
    const packages = [{ name: 'a', provides: [Injected] }];
    const plugin = new PluginRegistry(packages, {}, logger).plugin('injected') as Injected;
    expect(plugin.logger).toBe(logger);
    expect(plugin.options).toEqual({ mode: 'safe' });
    expect((new PluginRegistry(packages).plugin('injected') as Injected).logger).toBe(silentLogger);
  });

  it('fails with the error of its constructor as the cause, and of no other plugin', () => {
    const cause = new RangeError('no licence');
    @vifPlugin({ name: 'unlicensed' })
    class Unlicensed extends Idle {
      constructor() {
        super();
        throw cause;
      }
    }
    @vifPlugin({ name: 'licensed' })
    class Licensed extends Idle {}
    const registry = new PluginRegistry([{ name: '@acme/plugin', provides: [Unlicensed, Licensed] }]);
    const message = "The plugin 'unlicensed' of @acme/plugin could not be built: no licence";
    expect(() => registry.plugin('unlicensed')).toThrow(
      expect.objectContaining({ code: 'PLUGIN_FAILED', message, cause }),
    );
    expect(registry.plugin('licensed')).toBeInstanceOf(Licensed);
  });

  it('fails with the very error, if that is one of vifkit’s', () => {
    const error = new VifError('INVALID_OPTIONS', 'mode fast needs a licence');
    @vifPlugin({ name: 'picky' })
    class Picky extends Idle {
      constructor() {
        super();
        throw error;
      }
    }
    const registry = new PluginRegistry([{ name: 'a', provides: [Picky] }]);
    expect(() => registry.plugin('picky')).toThrow(error);
  });

  it('is tried again after a failure', () => {
    let licensed = false;
    @vifPlugin({ name: 'late' })
    class Late extends Idle {
      constructor() {
        super();
        if (!licensed) throw new Error('no licence yet');
      }
    }
    const registry = new PluginRegistry([{ name: 'a', provides: [Late] }]);
    expect(() => registry.plugin('late')).toThrow('no licence yet');
    licensed = true;
    expect(registry.plugin('late')).toBeInstanceOf(Late);
  });
});
