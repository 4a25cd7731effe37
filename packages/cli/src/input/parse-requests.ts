import { asVifError, VifError } from '@vifkit/core';
import type { Input } from './input.js';

type Parsed = { readonly value: unknown } | { readonly error: VifError };

/** Reads one request as JSON, over however many lines, or many as JSON Lines. Blank lines are skipped. */
export function parseRequests(text: string): Input[] {
  const lines = text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), subject: `Line ${i + 1}` }))
    .filter(({ line }) => line !== '');
  if (lines.length > 1) {
    const whole = parseJson(text, 'The input');
    if ('value' in whole) return [asInput(whole, 'The input')];
    const inputs = lines.map(({ line, subject }) => asInput(parseJson(line, subject), subject));
    // A request over many lines with a mistake in it is one bad request, and not one a line.
    const brokenDocument = lines[0]?.line === '{' && inputs.every((input) => 'error' in input);
    return brokenDocument ? [whole] : inputs;
  }
  return lines.map(({ line, subject }) => asInput(parseJson(line, subject), subject));
}

function parseJson(json: string, subject: string): Parsed {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    return { error: asVifError(error, 'INVALID_REQUEST', `${subject} is not a JSON object`) };
  }
}

function asInput(parsed: Parsed, subject: string): Input {
  if ('error' in parsed) return parsed;
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { request: value };
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return { error: new VifError('INVALID_REQUEST', `${subject} is not a JSON object, but ${found}`) };
}
