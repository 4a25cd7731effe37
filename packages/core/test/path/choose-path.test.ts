import { describe, expect, it } from 'vitest';
import { VifError } from '../../src/errors/vif-error.js';
import type { VIFBase } from '../../src/os-vif/vifs.js';
import { choosePath, findPath, readRequest } from '../../src/path/choose-path.js';
import type { VifConverter } from '../../src/plugin/contract.js';
import type { StaticComponent } from '../../src/plugin/declaration.js';
import { vifConverter } from '../../src/plugin/decorators.js';
import type { PluginPackage } from '../../src/plugin/package.js';
import { PluginRegistry } from '../../src/plugin/registry.js';
import {
  GenericConverter,
  GenericDriver,
  instance,
  modelVif,
  objectVif,
  QbgDriver,
  Taps,
  vifId,
} from './support.js';

const all = [Taps, GenericConverter, GenericDriver, QbgDriver];

function pathOf(vif: unknown, provides: PluginPackage['provides'] = all, more: object = {}) {
  const request = readRequest({ vif, instance, ...more }, 'newton');
  return choosePath(request, new PluginRegistry([{ name: 'a', provides }]));
}

/** A converter of VIF type `own` that does this. */
function converterOf(convert: VifConverter['convert'] | (() => unknown)) {
  @vifConverter({ type: 'own' })
  class Own implements VifConverter {
    convert(...given: Parameters<VifConverter['convert']>) {
      return convert(...given) as VIFBase | undefined;
    }
  }
  return Own;
}

describe('the object path', () => {
  it('is for os-vif objects', () => {
    const vif = objectVif(1, 'taps');
    const chosen = pathOf(vif);
    expect(chosen).toMatchObject({ path: 'os-vif', plugin: 'taps', vif });
    expect(chosen.reason).toBe("it is an os-vif object, for the plugin 'taps'");
    expect(chosen.path === 'os-vif' && chosen.handler()).toBeInstanceOf(Taps);
  });

  it('is for their wire form', () => {
    const vif = objectVif(1, 'taps');
    const chosen = pathOf(JSON.parse(JSON.stringify(vif)));
    expect(chosen).toMatchObject({ path: 'os-vif', plugin: 'taps' });
    expect(chosen.vif).toEqual(vif);
  });

  it('is for VIFs whose type has a converter that yields an object', () => {
    const chosen = pathOf(modelVif(1, 'generic'));
    expect(chosen).toMatchObject({ path: 'os-vif', plugin: 'taps' });
    expect(chosen.vif).toEqual(objectVif(1, 'taps'));
    expect(chosen.reason).toBe("type 'generic' converts to VIFGeneric, for the plugin 'taps'");
  });

  it('passes to the converter whether the host filters, and what the guest is made from', () => {
    const seen: unknown[] = [];
    const converter = converterOf((_, context) => {
      seen.push(context);
      return objectVif(1, 'taps');
    });
    const flavor = { vcpus: 4, extra_specs: {} };
    const image = { properties: { hw_vif_model: 'e1000' } };
    for (const firewall of ['noop', 'iptables']) {
      pathOf(modelVif(1, 'own'), [converter], { firewall, flavor, image });
    }
    expect(seen).toEqual([
      { hostFilters: false, flavor, image },
      { hostFilters: true, flavor, image },
    ]);
  });

  it('is by the converter for the rules of the request', () => {
    @vifConverter({ type: 'generic', routing: 'newton' })
    class Old implements VifConverter {
      convert() {
        return objectVif(1, 'old');
      }
    }
    @vifConverter({ type: 'generic', routing: 'current' })
    class New implements VifConverter {
      convert() {
        return objectVif(1, 'new');
      }
    }
    const pluginOf = (routing?: string) => pathOf(modelVif(1, 'generic'), [Old, New], { routing }).plugin;
    expect([pluginOf(), pluginOf('newton'), pluginOf('current')]).toEqual(['old', 'old', 'new']);
    expect(pathOf(modelVif(1, 'generic'), [GenericDriver, New]).path).toBe('legacy');
  });

  it('is chosen without the plugin: to configure, it need not be there', () => {
    const chosen = pathOf(objectVif(1, 'elsewhere'), []);
    expect(chosen).toMatchObject({ path: 'os-vif', plugin: 'elsewhere' });
    expect(() => chosen.path === 'os-vif' && chosen.handler()).toThrow(
      expect.objectContaining({ code: 'NO_MATCHING_PLUGIN' }),
    );
  });

  it('needs the name of a plugin', () => {
    expect(() => pathOf(objectVif(1))).toThrow(
      expect.objectContaining({
        code: 'NO_MATCHING_PLUGIN',
        vifId: vifId(1),
        message: expect.stringContaining('set vif.plugin. Registered: '),
      }),
    );
  });
});

describe('the legacy path', () => {
  it('is for VIFs whose type has a driver and no converter, under the slug of the type', () => {
    const chosen = pathOf(modelVif(1, '802.1qbg'));
    expect(chosen).toMatchObject({ path: 'legacy', plugin: '802qbg', handler: expect.any(QbgDriver) });
    expect(chosen.reason).toBe("type '802.1qbg' has a legacy driver and no converter");
  });

  it('is for VIFs that their converter leaves to it', () => {
    const chosen = pathOf(modelVif(1, 'generic', { vnic_type: 'direct' }));
    expect(chosen).toMatchObject({ path: 'legacy', plugin: 'generic', handler: expect.any(GenericDriver) });
  });

  it('has to have a driver then', () => {
    const vif = modelVif(1, 'generic', { vnic_type: 'direct' });
    expect(() => pathOf(vif, [Taps, GenericConverter])).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_VIF_TYPE',
        vifId: vifId(1),
        message: expect.stringContaining(
          "The converter of VIF type 'generic' left this VIF to the legacy path, which has no driver for it: correct",
        ),
      }),
    );
  });
});

describe('no path', () => {
  it('is there for a VIF without a type', () => {
    for (const type of [undefined, '']) {
      expect(() => pathOf(modelVif(1, type))).toThrow(
        expect.objectContaining({ code: 'VIF_TYPE_MISSING', vifId: vifId(1) }),
      );
    }
  });

  it('is there for a type that nothing handles, and what is handled is named', () => {
    const refusal = (message: string) =>
      expect.objectContaining({ code: 'UNSUPPORTED_VIF_TYPE', vifId: vifId(1), message });
    expect(() => pathOf(modelVif(1, 'flubber'))).toThrow(
      refusal("Nothing handles VIF type 'flubber'. Registered types: 802.1qbg, generic"),
    );
    expect(() => pathOf(modelVif(1, 'constructor'), [])).toThrow(
      refusal("Nothing handles VIF type 'constructor'. Registered types: none"),
    );
    @vifConverter({ type: 'newer', routing: 'current' })
    class Newer implements VifConverter {
      convert = () => undefined;
    }
    expect(() => pathOf(modelVif(1, 'newer'), [Newer])).toThrow(
      refusal(
        "Nothing handles VIF type 'newer' by the rules of routing 'newton': use routing 'current' (--routing current)",
      ),
    );
  });
});

it.each(['binding_failed', 'unbound'])(
  'a port that is %s has no path, and Neutron is to be asked',
  (type) => {
    const message = expect.stringMatching(/Neutron .*bind/);
    expect(() => pathOf(modelVif(1, type))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VIF_TYPE', message }),
    );
  },
);

describe('a converter that fails', () => {
  it('fails with its error as the cause', () => {
    const cause = new TypeError('no such port');
    const converter = converterOf(() => {
      throw cause;
    });
    expect(() => pathOf(modelVif(1, 'own'), [converter])).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_FAILED',
        message: "The converter of VIF type 'own' failed: no such port",
        vifId: vifId(1),
        cause,
      }),
    );
  });

  it('fails with its own error, if that is one of vifkit’s', () => {
    const error = new VifError('INVALID_VIF', 'vif.network.bridge is missing');
    const converter = converterOf(() => {
      throw error;
    });
    expect(() => pathOf(modelVif(1, 'own'), [converter])).toThrow(error);
  });

  it.each([{ id: vifId(1), plugin: 'taps' }, 'taps', Promise.resolve(objectVif(1, 'taps')), true])(
    'fails when it returns no os-vif object: %o',
    (returned) => {
      expect(() => pathOf(modelVif(1, 'own'), [converterOf(() => returned)])).toThrow(
        expect.objectContaining({
          code: 'PLUGIN_FAILED',
          message: expect.stringContaining('which is not an os-vif object'),
        }),
      );
    },
  );

  it('may return null for undefined', () => {
    expect(() => pathOf(modelVif(1, 'own'), [converterOf(() => null)])).toThrow('to the legacy path');
  });
});

describe('packages that are loaded on demand', () => {
  const loads: string[] = [];
  const onDemand = (name: string, provides: PluginPackage['provides'], ...declared: StaticComponent[]) => ({
    name,
    declaration: { contract: 1, provides: declared },
    load: async () => {
      loads.push(name);
      return { name, provides };
    },
  });
  const packages = [
    onDemand('plugin', [Taps], { role: 'plugin', name: 'taps' }),
    onDemand('converter', [GenericConverter], { role: 'converter', type: 'generic' }),
    onDemand(
      'driver',
      [GenericDriver, QbgDriver],
      { role: 'driver', type: 'generic' },
      { role: 'driver', type: '802.1qbg' },
    ),
  ];

  it.each([
    ['an os-vif object', objectVif(1, 'taps'), 'taps', ['plugin']],
    ['a VIF that is converted', modelVif(1, 'generic'), 'taps', ['converter', 'driver', 'plugin']],
    ['a VIF of the legacy path', modelVif(1, '802.1qbg'), '802qbg', ['driver']],
    ['an object whose plugin is nowhere', objectVif(1, 'elsewhere'), 'elsewhere', []],
  ])('are those alone that %s needs', async (_, vif, plugin, needed) => {
    loads.length = 0;
    const registry = new PluginRegistry([], {}, undefined, { onDemand: packages });
    const request = readRequest({ vif, instance }, 'newton');
    const twice = await Promise.all([findPath(request, registry), findPath(request, registry)]);
    expect(twice.map((each) => each.plugin)).toEqual([plugin, plugin]);
    expect(loads).toEqual(needed);
  });
});
