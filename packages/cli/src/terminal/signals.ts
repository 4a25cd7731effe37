import type { EventEmitter } from 'node:events';
import { Deadline } from '@vifkit/engine/time';

const names = ['SIGINT', 'SIGTERM'] as const;

/** Listens to the signals that end a program, and turns them into an abort. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back their usual effect. */
  stop(): void;
}

/**
 * From here on a signal aborts what is under way, so that it can be undone, and so does the end of the time. A second signal
 * changes nothing: `timeout` of coreutils sends each signal twice, to the program and to its process group.
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
