import { printable } from './printable.js';

/** The value of an attribute, for people. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
}
