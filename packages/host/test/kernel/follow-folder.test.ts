import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as waitFor } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followFolder } from '../../src/kernel/kernel-files.js';
import { runStarved } from '../starved.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'follow-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('follows a folder that is removed and made anew', async () => {
  const folder = join(root, 'run');
  const stop = new AbortController();
  const names: (string | null)[] = [];
  mkdirSync(folder);
  const following = followFolder(folder, (name) => names.push(name), stop.signal);
  await waitFor(50);
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  writeFileSync(join(folder, 'unseen'), '');
  await vi.waitFor(() => expect(names).toContain(null), { timeout: 20_000 });
  writeFileSync(join(folder, 'seen'), '');
  await vi.waitFor(() => expect(names).toContain('seen'), { timeout: 20_000 });
  stop.abort();
  await following;
});

it('gives up a folder that does not exist', async () => {
  const { signal } = new AbortController();
  await expect(followFolder(join(root, 'missing'), () => {}, signal)).resolves.toBeUndefined();
});

it('begins as soon as there is a descriptor', async () => {
  const said = await runStarved(
    ['kernel/kernel-files.js'],
    `const feed = starve();
    const stop = new AbortController();
    const told = new Promise((resolve) => host.followFolder(${JSON.stringify(root)}, resolve, stop.signal));
    setTimeout(feed, 200);
    console.log(await told);
    stop.abort();`,
  );
  expect(said).toEqual(['null']);
});
