import { setImmediate } from 'node:timers/promises';

/**
 * Lets questions share an answer: those asked in one turn of the event loop are looked up together. The
 * look-up begins after all of them were asked, so nobody is told what was so before.
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
