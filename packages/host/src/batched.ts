import { setImmediate } from 'node:timers/promises';

/**
 * Batches lookups: keys that are requested in one turn of the event loop are looked up together. The lookup begins
 * after all of them were requested, so no caller gets an outdated value.
 */
export function batched<V>(
  lookUp: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
): (key: string) => Promise<V | undefined> {
  let next: { readonly keys: Set<string>; readonly answers: Promise<ReadonlyMap<string, V>> } | undefined;

  const open = () => {
    const keys = new Set<string>();
    const answers = setImmediate().then(() => {
      next = undefined;
      return lookUp([...keys]);
    });
    return { keys, answers };
  };

  return async (key) => {
    next ??= open();
    next.keys.add(key);
    return (await next.answers).get(key);
  };
}
