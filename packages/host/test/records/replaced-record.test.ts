import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readIfSound } from '../../src/records/record-file.js';
import { openStateDirectory, type StateDirectory } from '../../src/state/state-directory.js';

let folder: string;
let directory: StateDirectory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'));
  directory = await openStateDirectory(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const CHANGES = {
  replaced: `fs.writeFileSync(file + '.new', 'text', { mode: 0o600 }); fs.renameSync(file + '.new', file);`,
  removed: `fs.writeFileSync(file, 'text', { mode: 0o600 }); fs.rmSync(file);`,
};

it.each(Object.entries(CHANGES))('a record is sound while another process has it %s', async (_, change) => {
  const file = join(folder, 'record.json');
  const script = `const [, file] = process.argv; const end = Date.now() + 1500; while (Date.now() < end) { ${change} }`;
  const child = spawn(process.execPath, ['-e', script, file], { stdio: 'inherit' });
  let hasEnded = false;
  const ended = once(child, 'exit').then(() => {
    hasEnded = true;
  });
  const found = new Set<unknown>();
  while (!hasEnded) {
    for (let i = 0; i < 200; i++) found.add(readIfSound(file, directory, 100));
    await new Promise(setImmediate);
  }
  await ended;
  found.delete(undefined);
  found.delete(''); // made, and not written yet
  expect([...found]).toEqual(['text']);
});
