import { describe, expect, it } from 'vitest';
import { thisCore } from '../../src/errors/core-copy.js';
import { legacyDriver, vifConverter, vifPlugin } from '../../src/plugin/decorators.js';
import { readPackageManifest, requireAsDeclared } from '../../src/plugin/static-declaration.js';
import { Idle } from './support/idle.js';

const path = '/opt/acme';
const provides = [
  { role: 'plugin', name: 'acme' },
  { role: 'driver', type: 'acme_fabric' },
  { role: 'converter', type: 'acme', routing: 'current' },
] as const;
const declaration = { contract: thisCore.contract, provides };

const read = (vifkit: unknown) =>
  readPackageManifest({ name: '@acme/plugin', version: '1.2.0', vifkit }, path);

@vifPlugin({ name: 'acme' })
class Acme extends Idle {}
@legacyDriver({ type: 'acme_fabric' })
class Fabric extends Idle {}
@vifConverter({ type: 'acme', routing: 'current' })
class Converter {
  convert() {
    return undefined;
  }
}

describe('a package.json', () => {
  it('reports what its package is, before any of its code runs', () => {
    expect(read(declaration)).toEqual({ name: '@acme/plugin', version: '1.2.0', vifkit: declaration });
  });

  it('need not say anything', () => {
    expect(readPackageManifest({}, path)).toEqual({});
    expect(readPackageManifest('nonsense', path)).toEqual({});
  });

  it.each([
    ['a list', [], 'must be an object'],
    ['a misspelt key', { ...declaration, contrat: 1 }, '"contrat" is not known'],
    ['no contract', { provides }, 'must be a whole number'],
    ['a contract as text', { ...declaration, contract: '1' }, 'must be a whole number'],
    ['no list', { ...declaration, provides: {} }, 'provides must be a list'],
    ['a role that is none', { ...declaration, provides: [{ role: 'x', name: 'y' }] }, 'has no role'],
    [
      'a routing that is none',
      { ...declaration, provides: [{ ...provides[2], routing: 'x' }] },
      'has no role',
    ],
    ['a conformance that is no path', { ...declaration, conformance: 7 }, 'conformance must be a path'],
  ])('is refused with %s', (_, vifkit, message) => {
    expect(() => read(vifkit)).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('is refused if its contract cannot be served', () => {
    const next = { ...declaration, contract: thisCore.contract + 1 };
    expect(() => read(next)).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INCOMPATIBLE', message: expect.stringContaining(path) }),
    );
  });
});

describe('a package that is loaded', () => {
  const found = { name: '@acme/plugin', provides: [Acme, Fabric, Converter] };

  it('may be what was declared', () => {
    expect(() => requireAsDeclared(declaration, found)).not.toThrow();
  });

  it('is refused if it has something else', () => {
    const text =
      "The package.json of @acme/plugin does not match its code: it declares driver 'acme_fabric', which is not there; " +
      "it declares converter 'acme' for routing 'current', which is not there";
    expect(() => requireAsDeclared(declaration, { ...found, provides: [Acme] })).toThrow(text);
    expect(() => requireAsDeclared({ ...declaration, provides: [] }, { ...found, provides: [Acme] })).toThrow(
      "it does not declare plugin 'acme'",
    );
  });

  it('is refused if its code names another contract', () => {
    expect(() => requireAsDeclared(declaration, { ...found, contract: 0 })).toThrow('the code says 0');
  });
});
