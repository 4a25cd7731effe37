import { parseRequest } from '@vifkit/core/nova';
import { requestSchema } from '@vifkit/core/schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { currentRows, newtonRows, type Row } from './rows.js';

const isValid = new Ajv2020({ strict: true }).compile(requestSchema());

type Json = Readonly<Record<string, unknown>>;

function requestOf({ expect: _, op: __, ...request }: Row): Json {
  return { ...request, reference_commands: undefined };
}

/** Rows as they stand, and with the os-vif objects that today's Nova makes of their VIFs. */
const requests: readonly Json[] = [
  ...[...newtonRows, ...currentRows].map(requestOf),
  ...currentRows.flatMap((row) => (row.expect.object ? [{ ...requestOf(row), vif: row.expect.object }] : [])),
];

/** In place of any value: what is wrong of one, and right of another. */
const values = [
  ...[undefined, null, true, 1, -5, 1.5, 70_000, [], {}],
  ...['', 'a/b', '12', 'a\nb', 'x'.repeat(300), 'FA-16-3E-00-00-01', '10.0.0.1', '10.0.0.0/8'],
];

/** What a schema cannot say: the range of a number that is given as text. */
const isBeyondIt = (path: readonly string[], value: unknown) => path.at(-1) === 'mtu' && value === '12';

function isRead(json: unknown): boolean {
  try {
    parseRequest(json);
    return true;
  } catch {
    return false;
  }
}

it('the schema of a request takes all rows', () => {
  expect(requests.length).toBeGreaterThan(600);
  for (const request of requests) {
    isValid(JSON.parse(JSON.stringify(request)));
    expect(isValid.errors, String(request.id)).toBeNull();
  }
});

it('the schema takes and refuses what the reader does, wherever a row is spoiled', () => {
  const tried = new Set<string>();
  const counts = { taken: 0, refused: 0 };
  for (const request of requests) {
    for (const path of pathsOf(request)) {
      const place = path.map((key) => (/^\d+$/.test(key) ? '#' : key)).join('/');
      if (tried.has(place)) continue;
      tried.add(place);
      for (const value of values) {
        const spoiled = JSON.parse(JSON.stringify(withValue(request, path, value)));
        const read = isRead(spoiled);
        if (isBeyondIt(path, value)) continue;
        expect(isValid(spoiled), `${place}: ${JSON.stringify(value)}`).toBe(read);
        counts[read ? 'taken' : 'refused'] += 1;
      }
    }
  }
  expect(counts.taken).toBeGreaterThan(1_000);
  expect(counts.refused).toBeGreaterThan(1_000);
});

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

function withValue(json: Json, path: readonly string[], value: unknown): Json {
  const copy = structuredClone(json);
  const holder = path.slice(0, -1).reduce<object>((at, key) => Reflect.get(at, key), copy);
  Reflect.set(holder, path.at(-1) ?? '', value);
  return copy;
}
