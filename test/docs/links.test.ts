import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readDocument } from './code-block.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'test/vectors/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...['packages', 'plugins'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`),
  ),
].filter((path) => path.endsWith('.md') && existsSync(join(root, path)));

/** What a document links to: the targets of `[text](target)`, without those on the net and within the document. */
function linksIn(document: string): string[] {
  const text = readDocument(document).replace(/^```.*?^```$/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?:|mailto:|#)/.test(target));
}

it.each(documents)('%s links to what exists', (document) => {
  const missing = linksIn(document).filter((target) => {
    const [path = ''] = target.split('#');
    return !existsSync(join(root, dirname(document), decodeURIComponent(path)));
  });
  expect(missing).toEqual([]);
});

it('the documents have links at all', () => {
  expect(documents.flatMap(linksIn).length).toBeGreaterThan(10);
});
