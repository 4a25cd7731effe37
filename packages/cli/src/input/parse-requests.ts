import { asVifError, VifError } from '@vifkit/core';
import type { Input } from './input.js';
import { InputError } from './input-error.js';

type Parsed = { readonly value: unknown } | { readonly error: VifError };

/** Characters of one request; one of Nova's has some two thousand. */
const longestRequest = 1024 * 1024;

/** Requests in one input. */
const mostRequests = 100_000;

/**
 * Reads one request as JSON, over however many lines, or many as JSON Lines. Blank lines are skipped. A request of
 * more than 1 MiB is an error.
 * @throws InputError if there are more than 100 000
 */
export function parseRequests(text: string): Input[] {
  const lines = linesOf(text);
  if (lines.length > 1) {
    const whole = parseJson(text.trim(), 'The input');
    if ('value' in whole) return [asInput(whole, 'The input')];
    const inputs = lines.map(({ line, subject }) => asInput(parseJson(line, subject), subject));
    // A request over many lines with a mistake in it is one bad request, and not one a line.
    const brokenDocument = lines[0]?.line === '{' && inputs.every((input) => 'error' in input);
    return brokenDocument ? [whole] : inputs;
  }
  return lines.map(({ line, subject }) => asInput(parseJson(line, subject), subject));
}

/** The lines that are not blank. One by one: there may be very many that are. */
function linesOf(text: string): { readonly line: string; readonly subject: string }[] {
  const lines = [];
  for (let start = 0, number = 1; start < text.length; number += 1) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end).trim();
    if (line !== '') lines.push({ line, subject: `Line ${number}` });
    if (lines.length > mostRequests) {
      throw new InputError(`There are more than ${mostRequests} requests; give them in parts`);
    }
    start = end + 1;
  }
  return lines;
}

function parseJson(json: string, subject: string): Parsed {
  if (json.length > longestRequest) {
    const what = `${subject} is not a request: it has more than ${longestRequest} characters`;
    return { error: new VifError('INVALID_REQUEST', what) };
  }
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
