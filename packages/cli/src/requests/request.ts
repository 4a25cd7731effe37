import { asVifError, VifError } from '@vifkit/core';
import { JsonNesting, maxDepth } from './json-nesting.js';

/** An input that cannot be read at all. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** One request of an input, or the error instead. */
export type Input = (
  | {
      readonly request: object;
      /** Its name in messages, at the beginning of a sentence. */
      readonly subject: string;
    }
  | { readonly error: VifError }
) & {
  /** The bytes that it takes in memory, roughly. */
  readonly size: number;
};

/** The maximum number of characters of one request; Nova's have about two thousand. */
export const maxRequestLength = 1024 * 1024;

/** An empty object has 56 bytes in V8, and 8 in the list that it is in. */
const bytesOfValue = 64;

/**
 * The request in a text. It is parsed only if it is neither too long nor nested too deep.
 * @param subject names the text
 */
export function judgeRequest(text: string, subject: string): Input {
  if (text.length > maxRequestLength) return tooLong(subject);
  const nesting = new JsonNesting();
  nesting.follow(text);
  if (nesting.isTooDeep()) return tooDeep(subject);
  try {
    return asInput(JSON.parse(text), text.length + nesting.values * bytesOfValue, subject);
  } catch (error) {
    return { error: asVifError(error, 'INVALID_REQUEST', `${subject} is not a JSON object`), size: 0 };
  }
}

export function tooLong(subject: string): Input {
  return refused(`${subject} is not a request: it has more than ${maxRequestLength} characters`);
}

export function tooDeep(subject: string): Input {
  return refused(`${subject} is not a request: it nests more than ${maxDepth} deep`);
}

export function refused(message: string): Input {
  return { error: new VifError('INVALID_REQUEST', message), size: 0 };
}

function asInput(value: unknown, size: number, subject: string): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { request: value, size, subject };
  }
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return refused(`${subject} is not a JSON object, but ${found}`);
}
