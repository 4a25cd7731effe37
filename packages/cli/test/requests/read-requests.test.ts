import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { InputText } from '../../src/requests/input.js';
import { type Inputs, piecesOf } from '../../src/requests/open-requests.js';
import { type Batch, readRequests } from '../../src/requests/read-requests.js';
import type { Input } from '../../src/requests/request.js';

const never = new AbortController().signal;

const split = (text: InputText): Inputs => ({
  [Symbol.asyncIterator]: () => piecesOf(text),
  close: () => text.close(),
});

/** A text whose pieces come as the function gives them. */
function textOf(pieces: () => AsyncGenerator<string>) {
  return {
    isClosed: false,
    [Symbol.asyncIterator]: pieces,
    close() {
      this.isClosed = true;
    },
  };
}

async function* all(...pieces: readonly string[]) {
  yield* pieces;
}

const shown = (input: Input) => ('request' in input ? input.request : input.error.code);

async function collect(text: InputText, size: number, signal = never): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of readRequests(split(text), size, signal)) batches.push(batch);
  return batches;
}

const sizes = (batches: readonly Batch[]) => batches.map(({ inputs }) => inputs.length);

it('makes full batches of what is there at once, however it is cut, and reports the last', async () => {
  const line = '{"id":"a"}\n';
  const whole = line.repeat(200);
  for (const pieces of [[whole], whole.match(/.{1,700}/gs) ?? []]) {
    expect(
      sizes(
        await collect(
          textOf(() => all(...pieces)),
          500,
        ),
      ),
    ).toEqual([200]);
    const batches = await collect(
      textOf(() => all(...pieces)),
      80,
    );
    expect(sizes(batches)).toEqual([80, 80, 40]);
    expect(batches.map(({ isLast }) => isLast)).toEqual([false, false, true]);
  }
  expect(
    await collect(
      textOf(() => all(' ', '\n')),
      80,
    ),
  ).toEqual([]);
});

it('gives what is there while the rest has not been written yet', async () => {
  let write = (_: string) => {};
  const text = textOf(async function* () {
    yield '{"id":"a"}\n{"id":"b"}\n{"id":';
    yield await new Promise<string>((resolve) => {
      write = resolve;
    });
  });
  const batches = readRequests(split(text), 500, never);
  const first = await batches.next();
  expect(first.value?.inputs.map(shown)).toEqual([{ id: 'a' }, { id: 'b' }]);
  const second = batches.next();
  write('"c"}');
  expect((await second).value?.inputs.map(shown)).toEqual([{ id: 'c' }]);
  expect((await batches.next()).done).toBe(true);
  expect(text.isClosed).toBe(true);
});

it('reads no further than the batch that is asked for', async () => {
  let read = 0;
  const text = textOf(async function* () {
    for (;;) {
      read += 1;
      yield '{}\n'.repeat(10);
    }
  });
  const batches = readRequests(split(text), 20, never);
  await batches.next();
  expect(read).toBeLessThanOrEqual(3);
  await pause(50);
  expect(read).toBeLessThanOrEqual(3);
  await batches.return(undefined);
  expect(text.isClosed).toBe(true);
});

it('makes smaller batches of large requests', async () => {
  const large = `${JSON.stringify({ id: Array(100_000).fill({}) })}\n`;
  const batches = await collect(
    textOf(async function* () {
      for (let i = 0; i < 20; i++) yield large;
    }),
    500,
  );
  expect(Math.max(...sizes(batches))).toBeLessThanOrEqual(2);
  expect(sizes(batches).reduce((sum, size) => sum + size)).toBe(20);
});

it('waits for nothing once the signal fires, and says that more may have followed', async () => {
  const controller = new AbortController();
  const text = textOf(async function* () {
    yield '{"id":"a"}\n';
    await new Promise(() => {});
  });
  const batches = readRequests(split(text), 500, controller.signal);
  expect((await batches.next()).value?.inputs.map(shown)).toEqual([{ id: 'a' }]);
  const last = batches.next();
  controller.abort();
  expect((await last).value?.inputs.map(shown)).toEqual(['ABORTED']);
  expect((await batches.next()).done).toBe(true);
  expect(text.isClosed).toBe(true);
});

it('still gives what is at hand then, but not without an end', async () => {
  const aborted = AbortSignal.abort();
  const inputs = (batches: readonly Batch[]) => batches.flatMap((batch) => batch.inputs.map(shown));
  expect(
    inputs(
      await collect(
        textOf(() => all('{"id":"a"}\n', '{"id":"b"}')),
        1,
        aborted,
      ),
    ),
  ).toEqual([{ id: 'a' }, { id: 'b' }]);
  for (const piece of ['{}\n'.repeat(1000), '\0'.repeat(65_536)]) {
    const endless = textOf(async function* () {
      for (;;) yield piece;
    });
    const given = inputs(await collect(endless, 100, aborted));
    expect(given.length).toBeLessThan(20_000);
    expect(given.at(-1)).toBe('ABORTED');
  }
});

it('passes on that the text cannot be read, behind what could', async () => {
  const text = textOf(async function* () {
    yield '{"id":"a"}\n';
    throw new Error('a bad sector');
  });
  const given: unknown[] = [];
  const reading = async () => {
    for await (const { inputs } of readRequests(split(text), 500, never)) given.push(...inputs.map(shown));
  };
  await expect(reading()).rejects.toThrow('a bad sector');
  expect(given).toEqual([{ id: 'a' }]);
});
