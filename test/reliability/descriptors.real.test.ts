import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeNamespace, type Namespace, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampled } from '../thorough.js';

requireOwnNetwork();

const plugging = fileURLToPath(new URL('descriptors.js', import.meta.url));
const watching = fileURLToPath(new URL('watch-descriptors.js', import.meta.url));
const LEFT = sampled([0, 1, 2, 4, 8, 10, 12, 14, 20], 2);

let namespace: Namespace;
let folder: string;

beforeAll(async () => {
  namespace = await makeNamespace();
  folder = mkdtempSync(join(tmpdir(), 'few-'));
});
afterAll(async () => {
  await namespace?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([...LEFT, 40, 80])(
  'a process whose first plug has %s descriptors fails it or plugs, and goes on',
  async (left) => {
    const { starved, fed } = await runLimited(plugging, String(left), 'first');
    expect(starved).toMatch(/^(plugged|PLUG_FAILED: .*|DESCRIPTORS_EXHAUSTED: .*)$/);
    expect(fed).toBe('plugged');
  },
);

it.each(LEFT)('a process with %s descriptors left fails the plug or plugs, and goes on', async (left) => {
  const { starved, isThere, isAsBefore, fed } = await runLimited(plugging, String(left));
  expect(fed).toBe('plugged');
  expect(starved === 'plugged' ? starved : starved.slice(0, 11)).toBe(isThere ? 'plugged' : 'PLUG_FAILED');
  expect(isAsBefore).toBe(true); // the bridge stays at unplug, and libvirt makes the tap
  if (left === 0) expect(starved).toBe('PLUG_FAILED: DESCRIPTORS_EXHAUSTED');
});

it('a watch goes on that had no descriptors left for a while', async () => {
  expect(await runLimited(watching)).toEqual({ tells: true });
});

/** What a program prints that may have 1024 descriptors. */
async function runLimited(program: string, ...args: readonly string[]) {
  const limited = 'ulimit -n 1024; exec "$0" "$@"';
  const argv = ['sh', '-c', limited, process.execPath, program, folder, ...args] as const;
  return JSON.parse(await namespace.run(...argv));
}
