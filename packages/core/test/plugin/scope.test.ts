import { describe, expect, it } from 'vitest';
import { type HostFacts, type Logger, silentLogger } from '../../src/plan/host.js';
import type { VifConverter } from '../../src/plugin/contract.js';
import {
  FACTS,
  inject,
  injectable,
  LOGGER,
  legacyDriver,
  vifConverter,
  vifPlugin,
} from '../../src/plugin/decorators.js';
import { PluginRegistry } from '../../src/plugin/registry.js';
import { Idle } from './support/idle.js';

class Options {
  endpoint = 'https://fabric.example';
}

const disposed: string[] = [];

@injectable()
class Session {
  constructor(
    @inject(Options) readonly options: Options,
    @inject(LOGGER) readonly logger: Logger,
    @inject(FACTS) readonly facts: HostFacts,
  ) {}

  dispose() {
    disposed.push('session');
  }
}

@injectable()
class Client {
  constructor(@inject(Session) readonly session: Session) {}

  async [Symbol.asyncDispose]() {
    disposed.push('client');
  }
}

@vifPlugin({ name: 'acme', options: Options })
class Acme extends Idle {
  constructor(
    @inject(Client) readonly client: Client,
    @inject(Options) readonly options: Options,
  ) {
    super();
  }

  dispose() {
    disposed.push('plugin');
  }
}

@legacyDriver({ type: 'acme_fabric' })
class AcmeDriver extends Idle {
  constructor(
    @inject(Session) readonly session: Session,
    @inject(Acme) readonly plugin: Acme,
  ) {
    super();
  }
}

@vifConverter({ type: 'acme' })
class AcmeConverter implements VifConverter {
  constructor(@inject(Client) readonly client: Client) {}
  convert() {
    return undefined;
  }
}

const acme = { name: '@acme/vifkit-plugin', provides: [Acme, AcmeDriver, AcmeConverter] };
const facts = {} as HostFacts;

function open(packages: readonly { name: string; provides: (typeof acme)['provides'] }[] = [acme]) {
  const logger = { ...silentLogger };
  const options = { acme: { endpoint: 'https://one.example' } };
  const registry = new PluginRegistry(packages, options, logger, { facts });
  const plugin = registry.plugin('acme') as Acme;
  return { registry, plugin, logger };
}

describe('the classes of a package', () => {
  it('have each other injected, and share what they have', () => {
    const { registry, plugin, logger } = open();
    const driver = registry.driver('acme_fabric') as AcmeDriver;
    const converter = registry.converter('acme', 'newton') as AcmeConverter;
    expect(driver.session).toBe(plugin.client.session);
    expect(converter.client).toBe(plugin.client);
    expect(driver.plugin).toBe(plugin);
    expect(driver.session.options).toBe(plugin.options);
    expect(plugin.options).toEqual({ endpoint: 'https://one.example' });
    expect(driver.session.logger).toBe(logger);
    expect(driver.session.facts).toBe(facts);
  });

  it('are others in another driver', () => {
    const [one, other] = [open(), open()];
    expect(one.plugin.client).not.toBe(other.plugin.client);
    expect(one.plugin.client.session).not.toBe(other.plugin.client.session);
  });

  it('have the parameters of the class that they extend', () => {
    @vifPlugin({ name: 'acme', options: Options })
    class Heir extends Acme {}
    const { plugin } = open([{ name: 'heir', provides: [Heir] }]);
    expect(plugin).toBeInstanceOf(Heir);
    expect(plugin.client.session).toBeInstanceOf(Session);
  });

  it('are disposed of in the reverse order of their making, each once', async () => {
    const { registry } = open();
    registry.driver('acme_fabric');
    disposed.length = 0;
    expect(await registry.dispose()).toEqual([]);
    expect(disposed).toEqual(['plugin', 'client', 'session']);
    await registry.dispose();
    expect(disposed).toHaveLength(3);
  });

  it('are not made in order to be disposed of', async () => {
    disposed.length = 0;
    await new PluginRegistry([acme]).dispose();
    expect(disposed).toEqual([]);
  });

  it('are all disposed of, though one of them throws', async () => {
    let ended = false;
    @injectable()
    class Quiet {
      dispose() {
        ended = true;
      }
    }
    @vifPlugin({ name: 'loud' })
    class Loud extends Idle {
      constructor(@inject(Quiet) readonly quiet: Quiet) {
        super();
      }
      dispose() {
        throw new Error('no connection');
      }
    }
    const registry = new PluginRegistry([{ name: 'loud', provides: [Loud] }]);
    registry.plugin('loud');
    expect(await registry.dispose()).toMatchObject([
      { code: 'PLUGIN_FAILED', message: 'loud could not be disposed of: no connection' },
    ]);
    expect(ended).toBe(true);
  });
});

describe('what nobody can give', () => {
  function refusal(target: new (...args: never[]) => Idle, ...others: (new () => Idle)[]) {
    vifPlugin({ name: 'needy' })(target);
    try {
      new PluginRegistry([{ name: 'a', provides: [target, ...others] }]);
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it('is refused when the driver is made: a name', () => {
    class Needy extends Idle {
      constructor(@inject('a database') readonly database: unknown) {
        super();
      }
    }
    expect(refusal(Needy)).toMatchObject({
      code: 'PLUGIN_INVALID',
      message:
        'In a, parameter 1 of Needy asks for "a database", which nobody provides. ' +
        "Inject LOGGER, FACTS, the package's options, or a class",
    });
  });

  it('is refused: a parameter without a token', () => {
    class Needy extends Idle {
      constructor(
        @inject(LOGGER) readonly logger: Logger,
        readonly untold: unknown,
      ) {
        super();
      }
    }
    const message = expect.stringContaining('parameter 2 of Needy');
    expect(refusal(Needy)).toMatchObject({ code: 'PLUGIN_INVALID', message });
  });

  it('is refused in a class that is injected', () => {
    @injectable()
    class Deep {
      constructor(@inject(Symbol('nothing')) readonly nothing: unknown) {}
    }
    class Needy extends Idle {
      constructor(@inject(Deep) readonly deep: Deep) {
        super();
      }
    }
    const message = expect.stringContaining('parameter 1 of Deep asks for Symbol(nothing)');
    expect(refusal(Needy)).toMatchObject({ code: 'PLUGIN_INVALID', message });
  });

  it('is refused: a circle', () => {
    class One {
      constructor(readonly other: unknown) {}
    }
    class Other {
      constructor(readonly one: unknown) {}
    }
    inject(Other)(One, undefined, 0);
    inject(One)(Other, undefined, 0);
    class Needy extends Idle {
      constructor(@inject(One) readonly one: One) {
        super();
      }
    }
    const message = 'In a, classes have a circular dependency: One → Other → One';
    expect(refusal(Needy)).toMatchObject({ code: 'PLUGIN_INVALID', message });
  });

  it('is refused: options of which there are two', () => {
    @injectable()
    class Shared {
      constructor(@inject(Options) readonly options: Options) {}
    }
    @vifPlugin({ name: 'one', options: Options })
    class One extends Idle {
      constructor(@inject(Shared) readonly shared: Shared) {
        super();
      }
    }
    @vifPlugin({ name: 'other', options: Options })
    class Other extends Idle {}
    expect(() => new PluginRegistry([{ name: 'a', provides: [One, Other] }])).toThrow(
      'parameter 1 of Shared asks for Options, the options of several classes',
    );
  });
});
