import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { isVifError, VifError } from '@vifkit/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Connection } from '../../src/ovsdb/connection.js';
import { JsonSplitter } from '../../src/ovsdb/json-splitter.js';

const LIMIT = 4096;
const bytes = (text: string) => Buffer.from(text);

/** A message as a server would send it, one that it would not, and one that is over the limit. */
const id = fc.oneof(fc.constantFrom(1, 2, 'probe', null), fc.jsonValue({ maxDepth: 1 }));
const answer = fc.record({ id, result: fc.jsonValue({ maxDepth: 3 }), error: fc.constant(null) });
const refusal = fc.record({ id, result: fc.constant(null), error: fc.jsonValue({ maxDepth: 2 }) });
const call = fc.record({
  id,
  method: fc.oneof(fc.constantFrom('echo', 'update', 'cancel'), fc.string()),
  params: fc.jsonValue({ maxDepth: 2 }),
});
const long = fc.integer({ min: 1, max: 2 * LIMIT }).map((length) => ({ id: 1, result: 'x'.repeat(length) }));
const message = fc
  .oneof({ weight: 8, arbitrary: fc.oneof(answer, refusal, call) }, { weight: 1, arbitrary: long })
  .map((each) => bytes(JSON.stringify(each)));

const noise = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array));
const structure = fc
  .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', ' ', '\n', '1', 'null', '{"id":1', 'é'), {
    maxLength: 200,
  })
  .map((parts) => bytes(parts.join('')));
const nested = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.boolean())
  .map(([depth, ends]) =>
    bytes(`{"id":1,"result":${'['.repeat(depth)}${ends ? `${']'.repeat(depth)}}` : ''}`),
  );
const notUtf8 = fc
  .constantFrom([0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xc0, 0x80])
  .map((bad) => Buffer.concat([bytes('{"id":1,"result":"'), Buffer.from(bad), bytes('"}')]));

/** A message with some of its bytes left out, changed or doubled. */
const damaged = fc
  .tuple(message, fc.nat(), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 4 }))
  .map(([whole, at, removed, inserted]) => {
    const start = at % whole.length;
    return Buffer.concat([whole.subarray(0, start), inserted, whole.subarray(start + removed)]);
  });

const stream = fc
  .array(fc.oneof(message, damaged, noise, structure, nested, notUtf8), { minLength: 1, maxLength: 5 })
  .map((parts) => Buffer.concat(parts));
const sizes = fc.array(fc.integer({ min: 0, max: 64 }), { maxLength: 30 });

function chunksOf(whole: Buffer, lengths: readonly number[]): Buffer[] {
  let rest = whole;
  return [...lengths, whole.length].map((length) => {
    const chunk = rest.subarray(0, length);
    rest = rest.subarray(length);
    return chunk;
  });
}

/** A socket whose other end a test plays. What it would have sent is left alone. */
class FakeSocket extends Duplex {
  override _read(): void {}
  override _write(_: unknown, __: unknown, done: () => void): void {
    done();
  }
  ref(): void {}
  unref(): void {}
}

const counts = new Map<string, number>();
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

it('takes 10 000 hostile streams without an error that is not coded', async () => {
  const property = fc.asyncProperty(stream, sizes, async (whole, lengths) => {
    const socket = new FakeSocket();
    let reason: VifError | undefined;
    const connection = new Connection(socket as unknown as Socket, {
      name: 'unix:/fuzz',
      maxMessageBytes: LIMIT,
      probeInterval: 60_000,
      onNotification: () => {},
      onClose: (each) => {
        reason = each;
      },
    });
    const signal = new AbortController().signal;
    const calls = ['transact', 'monitor'].map((method) => connection.call(method, [], signal));
    for (const chunk of chunksOf(whole, lengths)) if (!reason) socket.emit('data', chunk);
    const ended = reason?.code;
    connection.close(new VifError('ABORTED', 'the end of the stream'));
    for (const each of await Promise.allSettled(calls)) {
      if (each.status === 'fulfilled') count('answered');
      else count(isVifError(each.reason) ? each.reason.code : 'NOT CODED');
    }
    expect(ended ?? 'OVSDB_PROTOCOL').toBe('OVSDB_PROTOCOL');
    expect(socket.destroyed).toBe(true);
  });
  await fc.assert(property, { numRuns: 10_000, seed: 5, endOnFailure: true });
  console.info('OVSDB framing: 10 000 streams, 20 000 calls:', Object.fromEntries(counts));
  expect([...counts.keys()].sort()).toEqual(['ABORTED', 'OVSDB_ERROR', 'OVSDB_PROTOCOL', 'answered']);
});

it('keeps no more of a stream than the limit, in whatever chunks it comes', () => {
  const property = fc.property(fc.integer({ min: 1, max: 300 }), (length) => {
    const splitter = new JsonSplitter(LIMIT);
    const endless = function* () {
      yield bytes('{"a":"');
      for (;;) yield Buffer.alloc(length, 'x');
    };
    let given = 0;
    const feed = () => {
      for (const chunk of endless()) {
        given += chunk.length;
        expect([...splitter.push(chunk)]).toEqual([]);
      }
    };
    expect(feed).toThrow(expect.objectContaining({ code: 'OVSDB_PROTOCOL' }));
    expect(given).toBeLessThanOrEqual(LIMIT + length);
  });
  fc.assert(property, { numRuns: 100, seed: 5 });
});

it('finds the same messages in 2 000 streams, however they are cut', () => {
  const messages = fc.array(fc.oneof(answer, refusal, call), { maxLength: 6 });
  const property = fc.property(messages, sizes, (given, lengths) => {
    const whole = bytes(given.map((each) => JSON.stringify(each)).join('\n'));
    const splitter = new JsonSplitter(1 << 20);
    const found = chunksOf(whole, lengths).flatMap((chunk) => [...splitter.push(chunk)]);
    expect(JSON.stringify(found)).toBe(JSON.stringify(given));
  });
  fc.assert(property, { numRuns: 2_000, seed: 5 });
});
