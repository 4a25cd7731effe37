// The document that explains the figures has those of the runs that are committed.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const document = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

/** Puts the tables below a heading in the place of those of an earlier run. */
export async function quoteResults(heading, tables) {
  const block = new RegExp(`(?<=^## ${heading}$.*?^\`\`\`text\n).*?(?=^\`\`\`$)`, 'ms');
  const text = await readFile(document, 'utf8');
  await writeFile(
    document,
    text.replace(block, () => `${tables}\n`),
  );
}
