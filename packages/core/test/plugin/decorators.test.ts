import { describe, expect, it } from 'vitest';
import { declarationOf, legacyDriver, vifConverter, vifPlugin } from '../../src/plugin/decorators.js';
import { Idle } from './support/idle.js';

class Options {
  mode = 'safe';
}

const needs = [{ kind: 'program', name: 'acmectl', from: 'the acme-agent package' } as const];

describe('a declaration', () => {
  it('says what a class is', () => {
    @vifPlugin({ name: 'acme', options: Options, needs })
    class Plugin extends Idle {}
    @legacyDriver({ type: 'acme', needs })
    class Driver extends Idle {}
    @vifConverter({ type: 'acme' })
    class Converter {
      convert() {
        return undefined;
      }
    }
    expect(declarationOf(Plugin)).toEqual({ role: 'plugin', name: 'acme', options: Options, needs });
    expect(declarationOf(Driver)).toEqual({ role: 'driver', type: 'acme', needs });
    expect(declarationOf(Converter)).toEqual({ role: 'converter', type: 'acme' });
  });

  it('is not inherited', () => {
    @vifPlugin({ name: 'acme' })
    class Plugin extends Idle {}
    class Heir extends Plugin {}
    expect(declarationOf(Heir)).toBeUndefined();
  });

  it('may be made anew by an heir', () => {
    @vifPlugin({ name: 'acme' })
    class Plugin extends Idle {}
    @vifPlugin({ name: 'acme2' })
    class Heir extends Plugin {}
    expect(declarationOf(Plugin)).toMatchObject({ name: 'acme' });
    expect(declarationOf(Heir)).toMatchObject({ name: 'acme2' });
  });

  it('is known to other copies of this package', () => {
    class Foreign {}
    const declaration = { role: 'plugin', name: 'acme' };
    Reflect.defineMetadata(Symbol.for('vifkit.declaration'), declaration, Foreign);
    expect(declarationOf(Foreign)).toBe(declaration);
  });

  it('is made once a class', () => {
    class Both extends Idle {}
    vifPlugin({ name: 'acme' })(Both);
    expect(() => legacyDriver({ type: 'acme' })(Both)).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', message: expect.stringContaining('Both') }),
    );
    expect(declarationOf(Both)).toMatchObject({ role: 'plugin' });
  });

  it.each([undefined, null, 'acme', {}, new Idle(), Idle, () => {}])('is lacked by %o', (value) => {
    expect(declarationOf(value)).toBeUndefined();
  });
});
