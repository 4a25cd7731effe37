import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a deadline is made of elsewhere: see packages/engine/src/time/deadline.ts for why it is not here. */
const forbidden = /AbortSignal\s*\.\s*(any|timeout)\b/;
/** It explains them. */
const allowed = ['packages/engine/src/time/deadline.ts', 'test/architecture/time.test.ts'];

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !/^(node_modules|dist|bundle.*)$/.test(entry.name)) yield* sources(path);
    else if (entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name)) yield path;
  }
}

it('starts every deadline in one place', () => {
  const files = ['packages', 'plugins', 'test'].flatMap((folder) => [...sources(folder)]);
  expect(files).toContain('packages/engine/src/driver/run-requests.ts');
  const wrong = files.filter((file) => forbidden.test(readFileSync(join(root, file), 'utf8')));
  expect(wrong.filter((file) => !allowed.includes(file))).toEqual([]);
});
