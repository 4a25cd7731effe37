import type { EventEmitter } from 'node:events';
import { Deadline } from '@vifkit/engine/time';

/** SIGHUP comes when the terminal or the connection to it is gone. */
const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for the signals that end a program, and turns them into an abort. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Restores the usual effect of the signals. */
  stop(): void;
}

/**
 * From now on, a signal or the deadline aborts the running calls, so that they can be undone. A second signal changes
 * nothing: `timeout` of coreutils sends each signal twice, to the program and to its process group.
 *
 * @param timeout in milliseconds; no limit unless given
 */
export function abortOnSignals(source: EventEmitter, timeout = Number.POSITIVE_INFINITY): Interruption {
  const controller = new AbortController();
  const abort = (name: string) => controller.abort(new Error(`Received ${name}`));
  for (const name of names) source.on(name, abort);
  const deadline = new Deadline(timeout, controller.signal);
  return {
    signal: deadline.signal,
    stop: () => {
      deadline.end();
      for (const name of names) source.off(name, abort);
    },
  };
}
