import { builtInPlugins } from '@vifkit/cli';
import { PluginRegistry } from '@vifkit/core';
import { parseRequest } from '@vifkit/core/nova';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { codeBlock, readDocument } from './code-block.js';

const plugins = await builtInPlugins();

describe("the README's request", () => {
  const request = JSON.parse(codeBlock('README.md', '## Try it', 'json'));

  it('is one, and has no key that would be passed over', () => {
    const { vif, instance, ...rest } = request;
    const parsed = parseRequest(request);
    expect(parsed).toMatchObject({ ...rest, instance, vif: { id: vif.id, type: vif.type } });
    expect(parsed.vif).toMatchObject({
      ...vif,
      network: { bridge: vif.network.bridge, meta: vif.network.meta },
    });
  });

  it('can be plugged on a bare host, and unplugged', async () => {
    const host = memoryHost();
    const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins });
    const before = host.snapshot();
    expect((await driver.plug(request)).changes).not.toEqual([]);
    expect(Object.keys(host.links.snapshot())).toEqual([request.vif.devname]);
    expect((await driver.config(request)).device.toXml()).toContain(request.vif.devname);
    await driver.unplug(request);
    expect(host.snapshot()).toEqual(before);
  });
});

describe("the README's table of VIF types", () => {
  const section = readDocument('README.md').split('## VIF types')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| (.+?) +\| (.+?) +\| \[.+?\]\(plugins\/(.+?)\) +\|$/gm)].map(
    ([, type = '', path = '', folder = '']) => ({
      types: [...type.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
      ofObjects: type.includes('os-vif objects'),
      legacy: path.startsWith('legacy'),
      plugin: /plugin `(\w+)`/.exec(`${path} ${type}`)?.[1],
      package: `@vifkit/plugin-${folder}`,
    }),
  );
  const registry = new PluginRegistry(plugins);

  it('has all types that are handled, and no other', () => {
    expect(
      rows
        .filter(({ ofObjects }) => !ofObjects)
        .flatMap(({ types }) => types)
        .sort(),
    ).toEqual(registry.types);
  });

  it('has all plugins', () => {
    const names = registry.registrations.flatMap(({ declaration }) =>
      declaration.role === 'plugin' ? [declaration.name] : [],
    );
    expect([...new Set(rows.flatMap(({ plugin }) => plugin ?? []))].sort()).toEqual(names.sort());
  });

  it.each(rows)('is right about $types', ({ types, ofObjects, legacy, plugin, package: packageName }) => {
    const mine = registry.registrations.filter((each) => each.packageName === packageName);
    const has = (role: string, key: string | undefined) =>
      mine.some((each) => each.declaration.role === role && each.key === key);
    if (plugin !== undefined) expect(has('plugin', plugin), plugin).toBe(true);
    if (ofObjects) return;
    for (const type of types) expect(has(legacy ? 'driver' : 'converter', type), type).toBe(true);
  });
});
