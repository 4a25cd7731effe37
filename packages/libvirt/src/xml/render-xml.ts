import { create } from 'xmlbuilder2';
import { checkElement } from './check-element.js';
import type { XmlAttributes, XmlElement } from './element.js';

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
