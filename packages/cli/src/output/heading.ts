import type { Handled } from '@vifkit/engine';
import { printable } from './printable.js';
import type { Style } from './style.js';

/** The line that says which request this is, and who handled it. */
export function heading({ id, path, plugin }: Handled, style: Style): string {
  return `${style('bold', printable(id))}  ${path}, ${printable(plugin)}`;
}
