const day = 24 * 60 * 60 * 1_000;

/** Runs something while the clock that code can read is a day ahead. Timers keep to the real one. */
export async function onAnotherDay<T>(run: () => Promise<T>): Promise<T> {
  const Today = globalThis.Date;
  globalThis.Date = new Proxy(Today, {
    construct: (target, args, type) =>
      Reflect.construct(target, args.length > 0 ? args : [target.now() + day], type),
    get: (target, key) => (key === 'now' ? () => target.now() + day : Reflect.get(target, key)),
  });
  try {
    return await run();
  } finally {
    globalThis.Date = Today;
  }
}
