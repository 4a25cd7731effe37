import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { element, optional, renderXml } from '../../src/xml.js';

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The value of the only attribute, read as an XML parser reads it. */
function readBack(xml: string): string {
  const [, raw] = /^<a x="([^"<]*)"\/>\n$/u.exec(xml) ?? [];
  if (raw === undefined) throw new Error(`Not well-formed: ${xml}`);
  return raw.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? `unknown entity ${name}`);
}

describe('renderXml', () => {
  it('indents by two spaces and ends in a newline', () => {
    const xml = renderXml(element('a', { x: 1 }, element('b', {}, element('c', { y: 'z' }))));
    expect(xml).toBe('<a x="1">\n  <b>\n    <c y="z"/>\n  </b>\n</a>\n');
  });

  it('leaves out children that are undefined', () => {
    const child = (id: number) => element('b', { id });
    expect(renderXml(element('a', {}, optional(undefined, child), optional(0, child)))).toBe(
      '<a>\n  <b id="0"/>\n</a>\n',
    );
  });

  it('keeps an attribute that is empty', () => {
    expect(renderXml(element('script', { path: '' }))).toBe('<script path=""/>\n');
  });

  it.each([
    'a&b',
    'a&amp;b',
    '&lt;',
    '&#10;',
    '&#x41;',
    '&amp;amp;',
    '"><x y="',
    "it's",
    ']]>',
    'ü😀',
    '\u007f',
  ])('writes %j so that it is read back', (value) => {
    expect(readBack(renderXml(element('a', { x: value })))).toBe(value);
  });

  it('writes any string that XML can hold so that it is read back', () => {
    const writable = fc.string({ unit: 'binary' }).filter((value) => !/[\p{Cc}\ufffe\uffff]/u.test(value));
    const piece = fc.oneof(writable, fc.constantFrom('&', '&amp;', '&#38;', '<', '"', ';'));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const value = pieces.join('');
        expect(readBack(renderXml(element('a', { x: value })))).toBe(value);
      }),
    );
  });
});
