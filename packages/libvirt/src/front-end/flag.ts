const yes = new Set(['1', 't', 'true', 'on', 'y', 'yes']);

/** Whether an image property says yes, as oslo.utils' `bool_from_string` reads it: anything unknown is a no. */
export function isTrue(property: unknown): boolean {
  return yes.has(String(property).trim().toLowerCase());
}
