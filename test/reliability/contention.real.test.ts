import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hybridPorts, switchEndOf } from './hybrid-ports.js';
import { Site } from './site.js';
import type { VifEnd } from './vif-process.js';

requireOwnNetwork();

const PROCESSES = 8;
const SHARED = 20;
const OWN = 20;
const ROUNDS = 3;

const shared = hybridPorts(SHARED);
const sets = Array.from({ length: PROCESSES }, (_, i) => [...shared, ...hybridPorts(OWN, SHARED + i * OWN)]);
const all = hybridPorts(SHARED + PROCESSES * OWN);

let site: Site;
const errors: unknown[] = [];

beforeAll(async () => {
  site = await Site.open();
});
afterAll(async () => {
  await site?.close();
  const calls = ROUNDS * PROCESSES * 2;
  process.stdout.write(`Contention: ${calls} calls for ${SHARED + OWN} VIFs each, ${errors.length} errors\n`);
});

/** All processes at once, each with its own set. */
async function together(operation: 'plug' | 'unplug'): Promise<void> {
  const options = ['--timeout', '100'];
  const ends = await Promise.all(sets.map((set) => site.run(operation, set, ...options)));
  errors.push(...ends.flatMap(({ lines }) => lines.flatMap(({ error }) => error ?? [])));
  expect(errors).toEqual([]);
  expect(ends.map(({ exitCode }) => exitCode)).toEqual(sets.map(() => 0));
  expect(ends.map(({ lines }: VifEnd) => lines.length)).toEqual(sets.map((set) => set.length));
}

describe(`${PROCESSES} processes with ${SHARED + OWN} VIFs each, ${SHARED} of them in common`, () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => i + 1))('plug and unplug them, round %i', async () => {
    await together('plug');
    const check = await site.run('check', all);
    expect(check).toMatchObject({ exitCode: 0 });
    expect(check.lines.flatMap(({ differences }) => differences)).toEqual([]);
    const switchEnds = all.map(switchEndOf).sort();
    expect((await site.names('Port')).sort()).toEqual(switchEnds);
    expect((await site.names('Interface')).sort()).toEqual(switchEnds);
    expect(await site.links()).toHaveLength(all.length * 3);
    await together('unplug');
    expect(await site.leftOvers()).toEqual([]);
  });
});
