import { styleText } from 'node:util';
import type { Output } from '../surroundings.js';

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Dresses up a text. */
export type Style = (format: Format, text: string) => string;

/** Leaves every text as it is. */
export const plain: Style = (_, text) => text;

/** Colours where the stream is a terminal, unless the environment says otherwise (`NO_COLOR`, `FORCE_COLOR`). */
export function styleFor(stream: Output): Style {
  return (format, text) => styleText(format, text, { stream });
}
