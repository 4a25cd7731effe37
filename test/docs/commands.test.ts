import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandTable } from '../../packages/cli/src/commands/command-table.js';
import { commonOptions } from '../../packages/cli/src/settings/options.js';
import { runVif } from '../../packages/cli/test/support/run-vif.js';
import { codeBlocks, readDocument } from './code-block.js';

const documents = [
  'README.md',
  'packages/cli/README.md',
  ...readdirSync(new URL('../../docs', import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The command lines of `vif` that a document shows, without comments, variables and redirections. */
function commandLines(document: string): string[] {
  const lines = codeBlocks(readDocument(document), 'sh').flatMap((block) =>
    block.replaceAll(/\\\n\s*/g, '').split('\n'),
  );
  return lines.flatMap((line) => {
    const [, command] = /^(?:[A-Z_]+=\S+ )*(vif .*?)(?: +[>#].*| >\S+)?$/.exec(line) ?? [];
    return command ?? [];
  });
}

const shown = documents.flatMap((document) => commandLines(document).map((line) => ({ document, line })));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The words of a command line; what it writes goes elsewhere. */
function words(line: string): string[] {
  const found = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);
  return found.slice(1).map((word, i) => (found[i] === '--output' ? join(folder, word) : word));
}

describe('the command takes what the documents show', () => {
  it('of which there is some', () => {
    expect(shown.length).toBeGreaterThan(40);
  });

  it.each(shown)('$line', async ({ line }) => {
    const { stderr } = await runVif(words(line), { stdin: '{"id": "a"}' });
    expect(stderr).not.toMatch(/^error: /m); // files that are not there are another matter
  });
});

it('the README of the command has all of its commands, options and variables', () => {
  const text = readDocument('packages/cli/README.md');
  const options = [...commonOptions(), ...commandTable.flatMap((entry) => entry.options?.() ?? [])];
  const names = [
    ...commandTable.map(({ name }) => name),
    ...options.flatMap(({ long, envVar }) => [long ?? [], envVar ?? []].flat()),
  ];
  const missing = names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text));
  expect([...new Set(missing)]).toEqual([]);
});
