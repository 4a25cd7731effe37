import type { EventEmitter } from 'node:events';

const names = ['SIGINT', 'SIGTERM'] as const;

/** Listens to the signals that end a program, and turns them into an abort. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back their usual effect. */
  stop(): void;
}

/**
 * From here on a signal aborts what is under way, so that it can be undone. A second signal changes nothing:
 * `timeout` of coreutils sends each signal twice, to the program and to its process group.
 */
export function abortOnSignals(source: EventEmitter): Interruption {
  const controller = new AbortController();
  const abort = (name: string) => controller.abort(new Error(`Received ${name}`));
  for (const name of names) source.on(name, abort);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) source.off(name, abort);
    },
  };
}
