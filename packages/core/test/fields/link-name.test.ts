import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVifError } from '../../src/errors/vif-error.js';
import { checkLinkName, isLinkName } from '../../src/fields/values.js';

const good = [
  'eth0',
  'tapdc6b13ab-17',
  'qbr.7',
  'br_ex',
  'a',
  'x'.repeat(15),
  'vlan+1',
  '0',
  '...',
  'All',
  'default0',
  '_',
];
const bad = {
  'is empty': '',
  'is longer than 15 bytes': 'x'.repeat(16),
  'begins with -': '-rf',
  'has a slash': 'eth0/1',
  'has a space': 'eth 0',
  'has a newline': 'eth0\nlink del eth1',
  'ends in a newline': 'eth0\n',
  'has a NUL': 'eth0\0',
  'is a template to the kernel': 'tap%d',
  'begins a comment of ip -batch': '#eth0',
  'has a backslash': 'eth0\\',
  'has a quote': 'eth"0',
  'has an apostrophe': "eth'0",
  'has a colon': 'eth0:1',
  'has an @': 'eth0@if2',
  'is a letter beyond ASCII': 'é',
  'is .': '.',
  'is ..': '..',
  'is all': 'all',
  'is default': 'default',
  'is an index to ip': 'if2',
};

describe('isLinkName', () => {
  it.each(good)('takes %s', (name) => expect(isLinkName(name)).toBe(true));
  it.each(Object.entries(bad))('refuses a name that %s', (_, name) => expect(isLinkName(name)).toBe(false));
  it.each([undefined, null, 7, {}, ['eth0'], { toString: () => 'eth0' }])('refuses %j', (value) =>
    expect(isLinkName(value)).toBe(false),
  );

  it('takes only what is one word to a shell, to ip -batch and in a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 17 }), (name) => {
        const isWord = /^[\w.+-]{1,15}$/.test(name) && !name.startsWith('-') && name !== '..';
        expect(isLinkName(name) && !isWord, name).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('checkLinkName', () => {
  it('lets a link name pass', () => expect(() => checkLinkName('eth0', 'vif_name')).not.toThrow());

  it('says the rule, what was refused, and of which VIF', () => {
    try {
      checkLinkName('eth0\n\u001b[2J\u0085', 'bridge_name', 'some-vif');
      expect.unreachable();
    } catch (error) {
      if (!isVifError(error, 'INVALID_VIF')) throw error;
      expect(error.message).toMatch(/^bridge_name must be a link name: 1 to 15 letters/);
      expect(error.message).toContain('it is "eth0\\n\\u001b[2J\\u{85}"');
      expect(error.vifId).toBe('some-vif');
    }
  });

  it('cuts what it shows', () => {
    expect(() => checkLinkName('x'.repeat(100_000), 'vif_name')).toThrow(/^.{1,300}$/);
  });
});
