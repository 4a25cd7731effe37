import { closeSync, openSync } from 'node:fs';
import { VifError } from '@vifkit/core';
import { retryTransient } from './transient.js';

/**
 * The maximum number of descriptors needed to start a program with three pipes: both ends of each, and two of libuv's
 * own.
 */
const NEEDED = 10;

/**
 * Makes sure that a program can be started. If no descriptor is left for its pipes, Node.js returns a child without
 * any, and reports the reason in an event; a library that does not expect such a child fails before it listens for the
 * event, which then ends the process.
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

/** The same, but waits for one or two seconds for others to close some descriptors. */
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
