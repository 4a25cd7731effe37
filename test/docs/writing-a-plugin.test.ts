import { stepKinds } from '@vifkit/core/step-kinds';
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
