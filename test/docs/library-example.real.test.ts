import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlock } from './code-block.js';

requireOwnNetwork();

// Where Node finds the workspace's packages, as it would in a program that has them installed.
const folder = fileURLToPath(new URL('../../node_modules/.vifkit-example', import.meta.url));

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true }));

it("the README's library example runs as it stands", async () => {
  const code = codeBlock('README.md', '## As a library', 'js');
  expect(code.split('\n').filter((line) => line && !line.startsWith('import')).length).toBeLessThanOrEqual(
    10,
  );
  writeFileSync(`${folder}/example.mjs`, code);
  const before = listLinks();
  const { stdout } = await execa(process.execPath, [`${folder}/example.mjs`]);
  expect(stdout).toContain('<interface type="ethernet">');
  expect(stdout).toMatch(/\] \[\]$/);
  expect(listLinks()).toEqual(before);
});
