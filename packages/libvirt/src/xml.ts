import { VifError } from '@vifkit/core';
import { create } from 'xmlbuilder2';

/** An XML element without text: libvirt's devices use only attributes. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: XmlAttributes;
  readonly children: readonly XmlElement[];
}

export type XmlAttributes = Readonly<Record<string, string | number>>;

/** An element; children that are undefined are left out. */
export function element(
  name: string,
  attributes: XmlAttributes,
  ...children: readonly (XmlElement | undefined)[]
): XmlElement {
  return { name, attributes, children: children.filter((child) => child !== undefined) };
}

/** The child for a value that may be missing. */
export function optional<T>(value: T | undefined, child: (value: T) => XmlElement): XmlElement | undefined {
  return value === undefined ? undefined : child(value);
}

// XML 1.0 cannot represent other characters, not even escaped. It has tab and newline, but a parser turns them into
// spaces in an attribute, so a name would not be read back unchanged.
const unwritable = /[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const attributeName = /^[A-Za-z_][\w.-]*$/;

/**
 * Refuses what cannot be written as XML and read back unchanged, and numbers that are not plain counts. xmlbuilder2
 * checks neither: it writes even a NUL.
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

type Builder = ReturnType<typeof create>;

/**
 * An element as text, indented by two spaces a level and ended by a newline.
 * @throws VifError INVALID_VIF for a value that XML cannot represent
 */
export function renderXml(root: XmlElement): string {
  checkElement(root);
  const document = create();
  append(document, root);
  return `${document.end({ prettyPrint: true, headless: true })}\n`;
}

function append(parent: Builder, { name, attributes, children }: XmlElement): void {
  const builder = parent.ele(name, escapeAmpersands(attributes));
  for (const child of children) append(builder, child);
}

/**
 * xmlbuilder2 takes `&lt;` in a value for an entity and writes it unchanged, so it would be read back as `<`. It leaves
 * an ampersand that is already `&amp;` alone.
 */
function escapeAmpersands(attributes: XmlAttributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, String(value).replaceAll('&', '&amp;')]),
  );
}
