import type { Handled } from '@vifkit/engine';
import type { Style } from './output.js';

// C0, DEL and C1; what reverses the direction of text; line and paragraph separators.
const unprintable = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A text with control characters escaped: ids and messages come from the input, and could control the terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The value of an attribute, for people. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
}

/** The line that says which request this is, and who handled it. */
export function resultHeading(
  { id, path, plugin }: Pick<Handled, 'id' | 'path' | 'plugin'>,
  style: Style,
): string {
  return `${style('bold', printable(id))}  ${path}, ${printable(plugin)}`;
}

/** A line of a tree, with lines of detail below it. */
export interface Branch {
  readonly line: string;
  readonly details?: readonly string[];
}

/** A heading with branches, ended by a newline. */
export function tree(heading: string, branches: readonly Branch[]): string {
  const lines = branches.flatMap(({ line, details = [] }, i) => {
    const isLast = i === branches.length - 1;
    const [fork, stem] = isLast ? ['└─ ', '     '] : ['├─ ', '│    '];
    return [fork + line, ...details.map((detail) => stem + detail)];
  });
  return `${[heading, ...lines].join('\n')}\n`;
}
