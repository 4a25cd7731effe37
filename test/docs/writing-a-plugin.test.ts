import type { PluginPackage } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';
import { stepKinds } from '@vifkit/core/step-kinds';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { codeBlock, codeBlocks, readDocument } from './code-block.js';

const document = 'docs/writing-a-plugin.md';
const text = readDocument(document);

describe(document, () => {
  it.each([
    ['# Writing a plugin', 'acme-plugin.ts'],
    ['## Injection', 'acme-client.ts'],
    ['## Your own data', 'acme-port-profile.ts'],
    ['## A legacy driver', 'acme-driver.ts'],
    ['## Testing it', 'acme-plugin.test.ts'],
  ])('has under "%s" the very text of %s, which is tested here', (heading, file) => {
    expect(codeBlock(document, heading, 'ts')).toBe(readDocument(`test/docs/${file}`));
  });

  it('has the very text of acme-plain.js, which is run here', async () => {
    const text = codeBlock(document, '## In plain JavaScript', 'js');
    expect(text).toBe(readDocument('test/docs/acme-plain.js'));
    const { href } = new URL('acme-plain.js', import.meta.url);
    const { default: plain }: { default: PluginPackage } = await import(href);
    const vif = new VIFGeneric({
      id: '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05',
      plugin: 'acme',
      vif_name: 'tap0',
    });
    const host = memoryHost();
    const options = { acme: { mtu: 9000 } };
    const driver = createVifDriver({
      host,
      guests: new LibvirtGuestConfigurator(),
      plugins: [plain],
      options,
    });
    await driver.plug({ vif, instance: { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' } });
    expect(host.links.snapshot().tap0).toMatchObject({ type: 'tap', up: true, mtu: 9000 });
  });

  it('has no other TypeScript', () => expect(codeBlocks(text, 'ts')).toHaveLength(5));

  it('lists every kind of step', () => {
    const kinds = Object.keys(stepKinds);
    const rows = [...text.matchAll(/^\| `(\w+)` +\|/gm)];
    expect(rows.map(([, kind]) => kind).sort()).toEqual(kinds.sort());
  });

  it('names every fact of the host', () => {
    const source = readDocument('packages/core/src/plan/host.ts');
    const [, members = ''] = /interface HostFacts \{(.*?)^\}/ms.exec(source) ?? [];
    const facts = [...members.matchAll(/^ {2}(\w+)\((?:(\w+): \w+)?\): Promise/gm)];
    expect(facts.length).toBeGreaterThan(2);
    for (const [, name, parameter = ''] of facts) expect(text).toContain(`\`${name}(${parameter})\``);
  });

  it('has a manifest with the versions there are', () => {
    const { peerDependencies, devDependencies } = JSON.parse(codeBlock(document, '## Publishing it', 'json'));
    const { version } = JSON.parse(readDocument('packages/core/package.json'));
    const testkit = JSON.parse(readDocument('packages/testkit/package.json'));
    expect(peerDependencies).toEqual({ '@vifkit/core': `^${version}` });
    expect(devDependencies['@vifkit/testkit']).toBe(`^${testkit.version}`);
    expect(devDependencies.vitest).toBe(testkit.peerDependencies.vitest);
  });
});
