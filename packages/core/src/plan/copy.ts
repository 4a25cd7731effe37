import { isPlainObject, quote } from '../errors/quote.js';
import { isVifError, reasonOf, type VifError } from '../errors/vif-error.js';

// What plugins return is read once, and copied: it may be a proxy, or change later.

/** Far more than any VIF needs. A longer list is a plugin's mistake, and is refused without being read. */
const maxItems = 1_000;

/** The maximum number of values in one item, and their maximum depth. */
const maxValues = 10_000;
const maxDepth = 8;

/**
 * The items of a list that a plugin returned, each read once.
 * @param what the items, as messages call them
 * @param refusal makes the error for a list with this fault
 */
export function readItems(list: unknown, what: string, refusal: (fault: string) => VifError): unknown[] {
  try {
    if (!Array.isArray(list)) throw refusal(`it is ${quote(list)}, not a list of ${what}`);
    const { length } = list;
    if (!(length <= maxItems)) throw refusal(`it has ${quote(length)} ${what}; ${maxItems} is the most`);
    return Array.from({ length }, (_, i) => list[i]);
  } catch (error) {
    throw isVifError(error) ? error : refusal(`it ${unreadable(error)}`);
  }
}

/** A copy of a value that a plugin returned, and what the check finds wrong with it. */
export function checkedCopy(
  given: unknown,
  check: (copy: unknown) => readonly string[],
): { readonly copy: unknown; readonly wrong: readonly string[] } {
  try {
    const copy = copyOf(given);
    return { copy, wrong: check(copy) };
  } catch (error) {
    return { copy: given, wrong: [unreadable(error)] };
  }
}

/** What is wrong with a value that threw when it was read. */
export function unreadable(error: unknown): string {
  return `cannot be read: ${quote(reasonOf(error))}`;
}

/**
 * A copy of what JSON would keep of a value, so that no getter, prototype or later change can alter it.
 * @throws RangeError for a value that is too deep or too large, and whatever the value throws
 */
function copyOf(value: unknown): unknown {
  return copyWithin(value, { left: maxValues }, 0);
}

function copyWithin(value: unknown, room: { left: number }, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) throw new RangeError(`it is nested more than ${maxDepth} deep`);
  if (Array.isArray(value)) {
    const { length } = value;
    take(length, room);
    return Array.from({ length }, (_, i) => copyWithin(value[i], room, depth + 1));
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value);
  take(entries.length, room);
  const copied: Record<string, unknown> = {};
  for (const [key, each] of entries) {
    if (each === undefined) continue;
    const copy = copyWithin(each, room, depth + 1);
    if (key === '__proto__') Object.defineProperty(copied, key, { value: copy, enumerable: true });
    else copied[key] = copy;
  }
  return copied;
}

function take(count: number, room: { left: number }): void {
  room.left -= count;
  if (!(room.left >= 0)) throw new RangeError(`it has more than ${maxValues} values`);
}
