import { VifError } from '@vifkit/core';
import type { XmlElement } from './element.js';

// XML 1.0 has no way to write other characters, not even escaped. Tab and newline it has, but a parser turns
// them into spaces in an attribute, so that a name would not come back as it was.
const unwritable = /[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const attributeName = /^[A-Za-z_][\w.-]*$/;

/**
 * Refuses what cannot be written as XML and read back unchanged, and numbers that are no plain count.
 * xmlbuilder2 checks neither: it writes even a NUL.
 * @throws VifError INVALID_VIF
 */
export function checkElement({ name, attributes, children }: XmlElement): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (!attributeName.test(key)) throw invalid(`${JSON.stringify(key)} cannot be an attribute of <${name}>`);
    if (!isWritable(value)) {
      throw invalid(
        `The ${key} of <${name}> cannot be ${JSON.stringify(value) ?? 'missing'} in a guest's XML`,
      );
    }
  }
  for (const child of children) checkElement(child);
}

function isWritable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return typeof value === 'string' && !unwritable.test(value);
}

function invalid(message: string): VifError {
  return new VifError('INVALID_VIF', message);
}
