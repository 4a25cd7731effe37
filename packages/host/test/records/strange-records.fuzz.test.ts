import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isVifError } from '@vifkit/core';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { FileVfJournal } from '../../src/records/vf-records.js';

const folder = mkdtempSync(join(tmpdir(), 'records-'));
const address = '0000:05:10.1';
const record = {
  version: 1,
  address,
  vifId: '3f0a1b52-0c11-4a51-9d2e-5a6b7c8d9e0f',
  former: { mac: 'fa:16:3e:10:00:07', vlan: 9, qos: 0, trust: false },
};
const text = JSON.stringify(record);

afterAll(() => rmSync(folder, { recursive: true }));

const hostile = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '__proto__',
    -1,
    4096,
    1e308,
    'fa:16:3e:10:00:07 vlan 3',
    'a\nlink del eth0',
    '0000:05:10.2',
  ),
);
const keys = ['version', 'address', 'vifId', 'former', 'written', '__proto__', 'toString'];

/** What may be in the place of a record. */
const content = fc.oneof(
  fc
    .tuple(fc.constantFrom(...keys), hostile)
    .map(([key, value]) => JSON.stringify({ ...record, [key]: value })),
  fc
    .tuple(fc.constantFrom('mac', 'vlan', 'trust', 'qos', 'x'), hostile)
    .map(([key, value]) => JSON.stringify({ ...record, former: { ...record.former, [key]: value } })),
  fc.tuple(fc.nat(text.length), fc.nat(9)).map(([at, n]) => text.slice(0, at) + text.slice(at + n)),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('', '[', '['.repeat(4_000), 'x'.repeat(100_000), text),
);

const kinds: Readonly<Record<string, (path: string, bytes: string | Uint8Array) => void>> = {
  file: (path, bytes) => writeFileSync(path, bytes, { mode: 0o600 }),
  open: (path, bytes) => {
    writeFileSync(path, bytes);
    chmodSync(path, 0o666);
  },
  folder: (path) => mkdirSync(path),
  pipe: (path) => execFileSync('mkfifo', [path]),
  link: (path) => symlinkSync('/etc/passwd', path),
  loop: (path) => symlinkSync(path, path),
  twice: (path, bytes) => {
    writeFileSync(path, bytes);
    linkSync(path, `${path}.other`);
  },
};

it('of 1 000 strange records each is reported with a code, or is one that was written so', async () => {
  const counts = new Map<string, number>();
  const strange = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constant('file') }, fc.constantFrom(...Object.keys(kinds))),
    content,
  );
  for (const [i, [kind, bytes]] of fc.sample(strange, { numRuns: 1_000, seed: 3 }).entries()) {
    const state = join(folder, String(i));
    mkdirSync(state, { mode: 0o700 });
    kinds[kind]?.(join(state, `vf-${address}.json`), bytes);
    const found = (await new FileVfJournal(state).list()).get(address);
    const outcome = isVifError(found) ? found.code : 'taken';
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (isVifError(found)) {
      expect(found.code).toMatch(/^JOURNAL_(INVALID|FAILED)$/);
      expect(found.message).not.toMatch(/\p{Cc}|Cannot read prop|is not a function/u);
    } else {
      expect(found).toMatchObject({
        vifId: expect.stringMatching(/^[\da-f-]{36}$/i),
        former: expect.any(Object),
      });
      expect(JSON.stringify(found)).not.toMatch(/link del|vlan 3|__proto__/);
    }
  }
  console.info('Strange records: 1 000:', Object.fromEntries(counts));
  expect([...counts.keys()]).toEqual(expect.arrayContaining(['taken', 'JOURNAL_INVALID']));
});
