import { describe, expect, it } from 'vitest';
import { checkElement, element } from '../../src/xml.js';

const invalid = expect.objectContaining({ code: 'INVALID_VIF' });

describe('checkElement', () => {
  it.each([
    ['a NUL', 'tap0\0'],
    ['a newline', 'tap0\n'],
    ['a tab', 'tap\t0'],
    ['a carriage return', '\rtap0'],
    ['an escape', '\u001b[2J'],
    ['half a surrogate pair', 'tap\ud800'],
    ['a non-character', 'tap\uffff'],
    ['not a number', Number.NaN],
    ['a negative number', -1],
    ['a fraction', 1.5],
  ])('refuses %s', (_, value) => {
    expect(() => checkElement(element('target', { dev: value }))).toThrow(invalid);
  });

  it('refuses a value that is missing at run time', () => {
    const attributes = JSON.parse('{"dev": null}');
    expect(() => checkElement(element('target', attributes))).toThrow(/dev of <target> cannot be null/);
    expect(() => checkElement(element('target', { dev: attributes.missing }))).toThrow(/cannot be missing/);
  });

  it('refuses what is no name of an attribute', () => {
    expect(() => checkElement(element('parameters', { 'a b': 'c' }))).toThrow(invalid);
    expect(() => checkElement(element('parameters', { 'x="y" z': 'c' }))).toThrow(invalid);
  });

  it('looks into children', () => {
    const nested = element('a', {}, element('b', {}, element('c', { x: '\0' })));
    expect(() => checkElement(nested)).toThrow('The x of <c> cannot be "\\u0000"');
  });

  it('takes everything else', () => {
    expect(() => checkElement(element('a', { x: 'ü <&> "😀"', y: 0, z: '' }))).not.toThrow();
  });
});
