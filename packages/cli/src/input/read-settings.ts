import { resolve } from 'node:path';
import { asVifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import type { InputSource } from './open-input.js';
import { readText } from './read-text.js';

/** Settings are written by people; a manifest has a line for each class. */
const mostCharacters = 1024 * 1024;

/**
 * The JSON in a file of settings, which messages call by what it is. It may be a pipe, as of a shell's `<(command)`.
 * @param timeout in milliseconds
 * @throws VifError INVALID_OPTIONS for a file that cannot be read, is too long, or has no JSON; TIMEOUT
 */
export async function readSettings(path: string, what: string, timeout: number): Promise<unknown> {
  try {
    const text = await withDeadline(timeout, undefined, (signal) =>
      readText(resolve(path), noStandardInput, signal, mostCharacters),
    );
    return JSON.parse(text);
  } catch (error) {
    throw asVifError(error, 'INVALID_OPTIONS', `Cannot read ${what} ${path}`);
  }
}

/** A resolved path is never `-`. */
function noStandardInput(): InputSource {
  throw new Error('Settings are not read from standard input');
}
