import { create } from 'xmlbuilder2';

/** XML as a value that is equal for elements that differ in order and white space alone. */
export function canonicalXml(xml: string): unknown {
  return sorted(create(xml).end({ format: 'object' }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, sorted(each)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
