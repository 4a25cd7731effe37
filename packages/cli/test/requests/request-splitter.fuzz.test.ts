import { isVifError } from '@vifkit/core';
import { parseRequest } from '@vifkit/core/nova';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readText } from '../../src/requests/input.js';
import { parseRequests } from '../../src/requests/request-splitter.js';

const request = {
  id: 'a',
  vif: {
    id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
    address: 'fa:16:3e:10:00:02',
    type: 'bridge',
    network: { bridge: 'br0', label: 'größe', meta: { mtu: 1450 } },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};
const line = Buffer.from(`${JSON.stringify(request)}\n`);
const pretty = Buffer.from(JSON.stringify(request, null, 2));

/** Inputs some of whose bytes are left out, changed or added. */
const damage = fc.record({
  at: fc.nat(),
  removed: fc.nat({ max: 5 }),
  inserted: fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc
      .constantFrom('\n', '\0', '{', '[', '"', '\\', '\\u0000', '\ufeff', '1e309')
      .map((text) => Buffer.from(text)),
  ),
});
const input = fc
  .tuple(fc.constantFrom(line, pretty, Buffer.concat([line, line, line])), fc.array(damage, { maxLength: 4 }))
  .map(([whole, damages]) =>
    damages.reduce((bytes, { at, removed, inserted }) => {
      const start = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + removed)]);
    }, whole),
  );
const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

const never = new AbortController().signal;

it('reads requests of 5 000 damaged inputs, or says with a code what is wrong', async () => {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  async function* chunks(bytes: Buffer) {
    yield bytes;
  }
  const property = fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: input }, noise), async (bytes) => {
    for (const each of parseRequests(await readText('-', () => chunks(bytes), never))) {
      if ('error' in each) {
        expect(isVifError(each.error)).toBe(true);
        count(`no JSON object: ${each.error.code}`);
        continue;
      }
      try {
        parseRequest(each.request);
        count('taken');
      } catch (error) {
        expect(isVifError(error)).toBe(true);
        if (isVifError(error)) count(error.code);
      }
    }
  });
  await fc.assert(property, { numRuns: 5_000, seed: 5 });
  console.info('Damaged inputs: 5 000:', Object.fromEntries(counts));
  expect([...counts.keys()]).toEqual(expect.arrayContaining(['taken', 'INVALID_VIF', 'INVALID_REQUEST']));
});
