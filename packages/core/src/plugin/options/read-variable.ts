import { validateSync } from 'class-validator';
import { VifError } from '../../errors/vif-error.js';
import { quote } from '../../validation/quote.js';
import type { OptionVariable } from './variables.js';

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/**
 * The value that a variable's text stands for, by the type of the option's default: a number, true or false (also
 * yes, no, on, off, 1, 0), a list (JSON, or items between commas), text. `null` is null, unless the default is text.
 * Where the default is null, the first of these readings that the option's decorators take is the value.
 *
 * @throws VifError INVALID_OPTIONS for a text that stands for no value of the type
 */
export function readVariable(name: string, text: string, variable: OptionVariable): unknown {
  const { fallback } = variable;
  if (typeof fallback === 'string') return text;
  if (text === 'null') return null;
  if (fallback === null || fallback === undefined) return readUntyped(text, variable);
  const [value, wanted] = Array.isArray(fallback)
    ? [readList(text), 'a list: items between commas, or JSON']
    : typeof fallback === 'number'
      ? [readNumber(text), 'a number']
      : [readBoolean(text), 'true or false'];
  if (value !== undefined) return value;
  throw new VifError('INVALID_OPTIONS', `${name} must be ${wanted}, not ${quote(text)}`);
}

function readUntyped(text: string, variable: OptionVariable): unknown {
  if (text === '') return null;
  const readings = [text, readNumber(text), readBoolean(text), readList(text)];
  // A text that no reading makes right is left to the decorators, which will say why.
  return readings.find((value) => value !== undefined && isTaken(value, variable)) ?? text;
}

function readNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return Object.hasOwn(truths, word) ? truths[word] : undefined;
}

function readList(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) {
    return text === '' ? [] : text.split(',').map((item) => item.trim());
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTaken(value: unknown, { options, option }: OptionVariable): boolean {
  const tried = Object.assign(new options(), { [option]: value });
  return !validateSync(tried, { forbidUnknownValues: false }).some(({ property }) => property === option);
}
