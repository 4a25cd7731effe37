// The document that explains the figures has those of the run that is committed.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const document = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));
const block = /(?<=^## Figures$.*?^```text\n).*?(?=^```$)/ms;

/** Puts the tables in the place of those of an earlier run. */
export async function quoteResults(tables) {
  const text = await readFile(document, 'utf8');
  await writeFile(
    document,
    text.replace(block, () => `${tables}\n`),
  );
}
