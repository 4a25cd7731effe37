import { closeSync, openSync } from 'node:fs';
import { isVifError } from '@vifkit/core';
import { exhausted } from '../kernel/error-code.js';
import { retryTransient } from './transient.js';

/**
 * The maximum number of descriptors needed to start a program with three pipes: both ends of each, and two of libuv's
 * own.
 */
const FOR_PROGRAM = 10;

/** Node.js opens the modules that a module imports all at once: that takes 45 for execa, and fewer for others. */
const FOR_CODE = 64;

/**
 * Makes sure that a program can be started. If no descriptor is left for its pipes, Node.js returns a child without
 * any, and reports the reason in an event; a library that does not expect such a child fails before it listens for the
 * event, which then ends the process.
 *
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export function requireDescriptors(program: string): void {
  requireFree(FOR_PROGRAM, `${program} cannot be started`);
}

/** The same, but waits for one or two seconds for others to close some descriptors. */
export function awaitDescriptors(program: string, signal: AbortSignal): Promise<void> {
  return onceDescriptorsAreFree(() => requireDescriptors(program), signal);
}

/** Starts something. If no descriptor is left for it, waits for one or two seconds for others to close some. */
export async function onceDescriptorsAreFree<T>(start: () => T, signal: AbortSignal): Promise<T> {
  const attempt = async () => {
    try {
      return { started: start() };
    } catch (error) {
      return { error };
    }
  };
  const isExhausted = (result: object) =>
    'error' in result && isVifError(result.error, 'DESCRIPTORS_EXHAUSTED');
  const result = await retryTransient(attempt, isExhausted, signal);
  if ('error' in result) throw result.error;
  return result.started;
}

const loaded = new WeakSet<() => Promise<unknown>>();
let lastLoading: Promise<unknown> = Promise.resolve();

/**
 * Loads code that is not always needed, such as `() => import('./module.js')`. Node.js never repeats an import that has
 * failed, so none is tried that could fail for want of descriptors: it can still be made later. They are made one after
 * the other, since together they could need more than are free.
 *
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export function loadCode<T>(load: () => Promise<T>): Promise<T> {
  if (loaded.has(load)) return load();
  const loading = lastLoading.then(async () => {
    requireFree(FOR_CODE, 'A part of vifkit cannot be loaded');
    const code = await load();
    loaded.add(load);
    return code;
  });
  lastLoading = loading.catch(() => {});
  return loading;
}

function requireFree(count: number, consequence: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync('/dev/null', 'r'));
  } catch (error) {
    throw exhausted(consequence, error);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
