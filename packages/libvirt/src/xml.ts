import { VifError } from '@vifkit/core';
import { create } from 'xmlbuilder2';

/** An XML element without text: libvirt's devices say everything in attributes. */
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

type Builder = ReturnType<typeof create>;

/**
 * An element as text, indented by two spaces a level and ended by a newline.
 * @throws VifError INVALID_VIF for what XML cannot hold
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
 * xmlbuilder2 takes a value's `&lt;` for an entity and writes it as it is, so that it would be read back as
 * `<`. An ampersand that already is `&amp;` it leaves alone.
 */
function escapeAmpersands(attributes: XmlAttributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, String(value).replaceAll('&', '&amp;')]),
  );
}
