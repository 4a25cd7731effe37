import { IsIn } from 'class-validator';
import { describe, expect, it, vi } from 'vitest';
import { isVifError } from '../../src/errors/vif-error.js';
import type { VifConverter } from '../../src/plugin/contract.js';
import type { StaticComponent } from '../../src/plugin/declaration.js';
import { legacyDriver, vifConverter, vifPlugin } from '../../src/plugin/decorators.js';
import type { PluginOnDemand, PluginPackage } from '../../src/plugin/package.js';
import { PluginRegistry } from '../../src/plugin/registry.js';
import { Idle } from './support/idle.js';

class Mode {
  @IsIn(['fast', 'safe'])
  mode = 'safe';
}

@vifPlugin({ name: 'acme', options: Mode, needs: [{ kind: 'program', name: 'acmectl', from: 'Acme' }] })
class Acme extends Idle {}

@vifPlugin({ name: 'acme' })
class OtherAcme extends Idle {}

@legacyDriver({ type: '802.1qbg', options: Mode })
class Qbg extends Idle {}

@legacyDriver({ type: '802qbg' })
class QbgBySlug extends Idle {}

@vifConverter({ type: 'acme' })
class Converter implements VifConverter {
  convert() {
    return undefined;
  }
}

@vifConverter({ type: 'acme' })
class OtherConverter extends Converter {}

@vifConverter({ type: 'acme', routing: 'newton' })
class NewtonConverter extends Converter {}

@vifConverter({ type: 'acme', routing: 'current' })
class CurrentConverter extends Converter {}

const pkg = (name: string, ...provides: PluginPackage['provides'][number][]): PluginPackage => ({
  name,
  provides,
});

/** What the registry refuses packages with. */
function refusal(packages: unknown, options?: Record<string, object>): { code: string; message: string } {
  try {
    new PluginRegistry(packages as PluginPackage[], options);
  } catch (error) {
    if (isVifError(error)) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a registry', () => {
  it('has plugins by name, drivers and converters by VIF type', () => {
    const registry = new PluginRegistry([pkg('a', Acme, Qbg), pkg('b', Converter)]);
    expect(registry.plugin('acme')).toBeInstanceOf(Acme);
    expect(registry.driver('802.1qbg')).toBeInstanceOf(Qbg);
    expect(registry.converter('acme', 'newton')).toBeInstanceOf(Converter);
    expect(registry.driver('acme')).toBeUndefined();
    expect(registry.converter('802.1qbg', 'newton')).toBeUndefined();
  });

  it.each([
    [Qbg, '802.1qbg', '802qbg'],
    [QbgBySlug, '802qbg', '802.1qbg'],
  ])('finds the driver %o of %s by the other spelling too', (driver, ...types) => {
    const registry = new PluginRegistry([pkg('a', driver)]);
    for (const type of types) expect(registry.driver(type)).toBeInstanceOf(driver);
  });

  it('has a converter of a type for each routing, or one for all', () => {
    const byRules = new PluginRegistry([pkg('a', NewtonConverter, CurrentConverter)]);
    expect(byRules.converter('acme', 'newton')).toBeInstanceOf(NewtonConverter);
    expect(byRules.converter('acme', 'current')).toBeInstanceOf(CurrentConverter);
    expect(new PluginRegistry([pkg('a', NewtonConverter)]).converter('acme', 'current')).toBeUndefined();

    const forAll = new PluginRegistry([pkg('a', Converter)]);
    expect(forAll.converter('acme', 'current')).toBe(forAll.converter('acme', 'newton'));
    expect(forAll.registrations).toHaveLength(1);
  });

  it('reports the VIF types that are handled by which rules', () => {
    const registry = new PluginRegistry([pkg('a', Qbg, CurrentConverter)]);
    expect(registry.typesBy('newton')).toEqual(['802.1qbg']);
    expect(registry.typesBy('current')).toEqual(['802.1qbg', 'acme']);
    expect(registry.types).toEqual(['802.1qbg', 'acme']);
  });

  it('reports all VIF types that are handled', () => {
    expect(new PluginRegistry([pkg('a', Qbg, Acme, Converter)]).types).toEqual(['802.1qbg', 'acme']);
    expect(new PluginRegistry([]).types).toEqual([]);
  });

  it('reports what is registered, and where it came from', () => {
    const registry = new PluginRegistry([pkg('a', Converter, Qbg), pkg('b', Acme)], {
      acme: { mode: 'fast' },
    });
    expect(
      registry.registrations.map(({ title, packageName, options }) => ({ title, packageName, options })),
    ).toEqual([
      { title: "plugin 'acme'", packageName: 'b', options: { mode: 'fast' } },
      { title: "driver '802.1qbg'", packageName: 'a', options: { mode: 'safe' } },
      { title: "converter 'acme'", packageName: 'a', options: {} },
    ]);
    expect(registry.registrations[0]?.declaration.needs).toEqual([
      { kind: 'program', name: 'acmectl', from: 'Acme' },
    ]);
  });

  it('names what there is when a plugin is asked for that is not', () => {
    const without = new PluginRegistry([]);
    expect(() => without.plugin('ovs')).toThrow("No plugin is named 'ovs'. Registered: none.");
    const registry = new PluginRegistry([pkg('a', Acme)]);
    expect(() => registry.plugin('ovs')).toThrow(expect.objectContaining({ code: 'NO_MATCHING_PLUGIN' }));
    expect(() => registry.plugin('ovs')).toThrow('Registered: acme');
    expect(() => registry.plugin('constructor')).toThrow('Registered: acme');
  });
});

describe('a conflict', () => {
  it.each([
    ['plugins of one name', Acme, OtherAcme, "plugin 'acme'"],
    ['drivers of one slug', Qbg, QbgBySlug, "driver '802.1qbg'"],
    ['converters of one type', Converter, OtherConverter, "converter 'acme'"],
    [
      'converters of one type, one for all rules',
      CurrentConverter,
      Converter,
      "converter 'acme' for routing 'current'",
    ],
  ])('of two %s names both packages', (_, one, other, title) => {
    const { code, message } = refusal([pkg('@vendor/one', one), pkg('@vendor/other', other)]);
    expect(code).toBe('PLUGIN_CONFLICT');
    for (const part of ['@vendor/one', '@vendor/other', title]) expect(message).toContain(part);
  });

  it('is none between a plugin, a driver and a converter', () => {
    @legacyDriver({ type: 'acme' })
    class Driver extends Idle {}
    expect(new PluginRegistry([pkg('a', Acme, Driver, Converter)]).registrations).toHaveLength(3);
  });

  it('arises from a package that is given twice', () => {
    expect(refusal([pkg('a', Acme), pkg('a', Acme)]).code).toBe('PLUGIN_CONFLICT');
  });
});

describe('what is no plugin', () => {
  class Undeclared extends Idle {}
  class Heir extends Acme {}

  it.each([
    ['a class without a decorator', Undeclared, 'Undeclared of a has none'],
    ['a class whose parent has one', Heir, 'Heir of a has none'],
    ['a class that is missing, as in a circle of imports', undefined, 'undefined of a has none'],
    ['an object', new Acme(), 'an object of a has none'],
  ])('is %s', (_, provided, message) => {
    const found = refusal([{ name: 'a', provides: [provided] }]);
    expect(found.code).toBe('PLUGIN_INVALID');
    expect(found.message).toContain(message);
  });

  it.each([
    ['a module in place of its default export', { default: pkg('a', Acme) }],
    ['nothing', undefined],
    ['null', null],
    ['a name', '@acme/vifkit-plugin'],
    ['one class', { name: 'a', provides: Acme }],
  ])('is a package that is %s', (_, given) => {
    const found = refusal([given]);
    expect(found.code).toBe('PLUGIN_INVALID');
    expect(found.message).toContain('Give the default export of the package');
  });
});

describe('a package that is loaded on demand', () => {
  const provides = [
    { role: 'plugin', name: 'acme' },
    { role: 'driver', type: '802.1qbg' },
    { role: 'converter', type: 'acme', routing: 'current' },
  ] as const;
  const lazily = (load: PluginOnDemand['load'], declared: readonly StaticComponent[] = provides) => ({
    name: '@acme/lazy',
    declaration: { contract: 1, provides: declared },
    load,
  });
  const registryOf = (each: PluginOnDemand, options: Record<string, object> = {}) =>
    new PluginRegistry([], options, undefined, { onDemand: [each] });
  const whole = async () => pkg('@acme/lazy', Acme, Qbg, CurrentConverter);

  it('is known by what it declares, and is missing before it is loaded', async () => {
    const registry = registryOf(lazily(whole));
    expect(registry.pluginNames).toEqual(['acme']);
    expect(registry.types).toEqual(['802.1qbg', 'acme']);
    expect(registry.typesBy('newton')).toEqual(['802.1qbg']);
    expect(registry.registrations).toEqual([]);
    expect(() => registry.driver('802.1qbg')).toThrow(
      '@acme/lazy is loaded on demand, and has not been loaded yet',
    );

    await registry.loadPlugin('acme');
    expect(registry.plugin('acme')).toBeInstanceOf(Acme);
    expect(registry.driver('802.1qbg')).toBeInstanceOf(Qbg);
    expect(registry.pluginNames).toEqual(['acme']);
    expect(registry.registrations).toHaveLength(3);
  });

  it('gets its options, which are judged then', async () => {
    const registry = registryOf(lazily(whole), { acme: { mode: 'fast' } });
    await registry.loadType('802.1qbg', 'newton');
    expect(registry.registrations[0]?.options).toEqual({ mode: 'fast' });
    const wrong = registryOf(lazily(whole), { acme: { mode: 'slow' } });
    await expect(wrong.loadPlugin('acme')).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    expect(() => registryOf(lazily(whole), { other: {} })).toThrow('no plugin of that name');
  });

  it('is loaded once, and nothing is loaded for what it does not have', async () => {
    const load = vi.fn(whole);
    const registry = registryOf(lazily(load));
    await registry.loadType('other', 'current');
    expect(load).not.toHaveBeenCalled();
    await Promise.all([registry.loadType('acme', 'current'), registry.loadPlugin('acme')]);
    await registry.loadPlugin('acme');
    expect(load).toHaveBeenCalledOnce();
  });

  it.each([
    ['cannot be loaded', async () => Promise.reject(new Error('no such file')), 'PLUGIN_FAILED'],
    ['has not what it declares', async () => pkg('@acme/lazy', Acme), 'PLUGIN_INVALID'],
    ['brings a runner', async () => ({ ...(await whole()), runners: () => [] }), 'PLUGIN_INVALID'],
  ])('fails each request that needs it if it %s', async (_, load, code) => {
    const registry = registryOf(lazily(load));
    await expect(registry.loadPlugin('acme')).rejects.toMatchObject({ code });
    await expect(registry.loadType('802.1qbg', 'newton')).rejects.toMatchObject({ code });
  });

  it('that cannot be loaded is tried again when it is needed again', async () => {
    const load = vi.fn(whole).mockRejectedValueOnce(new Error('too many open files'));
    const registry = registryOf(lazily(load));
    await expect(registry.loadPlugin('acme')).rejects.toMatchObject({ code: 'PLUGIN_FAILED' });
    await registry.loadPlugin('acme');
    expect(registry.plugin('acme')).toBeInstanceOf(Acme);
  });

  it('must not have what another has', () => {
    const each = lazily(whole);
    const both = () =>
      new PluginRegistry([pkg('@vendor/one', OtherAcme)], {}, undefined, { onDemand: [each] });
    expect(both).toThrow("@acme/lazy and @vendor/one both have a plugin 'acme'");
  });
});
