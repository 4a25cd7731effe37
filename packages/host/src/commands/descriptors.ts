import { closeSync, openSync } from 'node:fs';
import { VifError } from '@vifkit/core';
import { retryTransient } from './transient.js';

/** What starting a program with three pipes takes at most: both ends of each, and two of libuv's own. */
const NEEDED = 10;

/**
 * Makes sure that a program can be started. Where there is no descriptor left for its pipes, Node.js returns a child
 * without any, and tells why in an event; a library that does not expect such a child fails before it listens to that,
 * and the event ends the process.
 *
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export function requireDescriptors(program: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < NEEDED) opened.push(openSync('/dev/null', 'r'));
  } catch (error) {
    const text = `${program} cannot be started: too many files are open. Raise this process's limit (ulimit -n, LimitNOFILE=), or close some`;
    throw new VifError('DESCRIPTORS_EXHAUSTED', text, { cause: error });
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** The same, but waits for a second or two until others have closed some. */
export async function awaitDescriptors(program: string, signal: AbortSignal): Promise<void> {
  const attempt = async () => {
    try {
      requireDescriptors(program);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const failure = await retryTransient(attempt, (error) => error !== undefined, signal);
  if (failure) throw failure;
}
