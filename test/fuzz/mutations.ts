type Path = readonly (string | number)[];

/** Every place in a request, inner ones too. */
export function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...at, key]));
  return at.length === 0 ? below : [at, ...below];
}

/** A copy of a request with something else in one place. */
export function replaced(request: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof request !== 'object' || request === null) return request;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(request) ? [...request] : { ...request };
  const inner: unknown = Reflect.get(copy, key);
  // As JSON.parse would have it: a plain assignment to __proto__ is something else.
  Object.defineProperty(copy, key, {
    value: replaced(inner, rest, value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}
