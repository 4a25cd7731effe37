import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { startLibvirtd } from '../../src/bed/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lv-test-'));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('leaves nothing behind when it cannot be started', async () => {
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('PATH', folder);
  await expect(startLibvirtd()).rejects.toThrow(/^unshare /);
  expect(readdirSync(folder)).toEqual([]);
});
