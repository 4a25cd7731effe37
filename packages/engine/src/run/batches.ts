import { setImmediate } from 'node:timers/promises';

/** Processes items, possibly in a batch with those of other callers. Returns the results in their order. */
export type Batches<I, R> = (items: readonly I[]) => Promise<readonly R[]>;

/** Processes each item by itself. */
export function alone<I, R>(run: Batches<I, R>): Batches<I, R> {
  return async (items) => (await Promise.all(items.map((item) => run([item])))).flat();
}

/**
 * Batches what is requested at the same moment, as by jobs that got their locks together.
 * @param run never rejects
 */
export function joined<I, R>(run: Batches<I, R>): Batches<I, R> {
  return batches(run, () => Promise.resolve());
}

/** Also batches what is requested while the previous batch is running. */
export function joinedWhileBusy<I, R>(run: Batches<I, R>): Batches<I, R> {
  return batches(run, async (last) => {
    await last;
    await setImmediate(); // those that waited for the same batch join here
  });
}

function batches<I, R>(
  run: Batches<I, R>,
  collecting: (last: Promise<unknown> | undefined) => Promise<void>,
): Batches<I, R> {
  let last: Promise<unknown> | undefined;
  let open: { readonly items: I[]; readonly done: Promise<readonly R[]> } | undefined;
  const begin = () => {
    const items: I[] = [];
    const collected = collecting(last);
    const done = collected.then(() => {
      open = undefined;
      return run(items);
    });
    last = done;
    return { items, done };
  };
  return async (items) => {
    open ??= begin();
    const batch = open;
    const first = batch.items.push(...items) - items.length;
    return (await batch.done).slice(first, first + items.length);
  };
}
