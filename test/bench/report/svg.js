// A few words of SVG.

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => String(text).replace(/[&<>"]/g, (character) => escapes[character]);

/** An element; its children are elements, or text. */
export function element(name, attributes, ...children) {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

export const text = (x, y, words, attributes = {}) =>
  element('text', { x, y, ...attributes }, escaped(words));

export const line = (x1, y1, x2, y2, attributes = {}) => element('line', { x1, y1, x2, y2, ...attributes });

/** A document of this size, in CSS pixels, with a title for those who do not see it. */
export function svg({ width, height, style, title }, ...children) {
  const root = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height };
  return `${element('svg', root, element('title', {}, escaped(title)), element('style', {}, style), ...children.map((child) => `\n${child}`))}\n`;
}
