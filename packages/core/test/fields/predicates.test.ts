import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isCidr,
  isIpAddress,
  isMacAddress,
  isMtu,
  isPciAddress,
  isPlainText,
  isSocketPath,
  isUnicastMac,
  isUuid,
  isVlanId,
} from '../../src/fields/values.js';

interface Case {
  readonly predicate: (value: unknown) => boolean;
  readonly takes: readonly unknown[];
  readonly refuses: readonly unknown[];
}

const cases: Record<string, Case> = {
  isMacAddress: {
    predicate: isMacAddress,
    takes: ['fa:16:3e:83:fe:fc', 'FA:16:3E:83:FE:FC', '01:00:5e:00:00:01'],
    refuses: [
      'fa-16-3e-83-fe-fc',
      'fa:16:3e:83:fe',
      'fa:16:3e:83:fe:fc\n',
      'fa:16:3e:83:fe:fc:00',
      'fa:16:3e:83:fe:fg',
    ],
  },
  isUnicastMac: {
    predicate: isUnicastMac,
    takes: ['fa:16:3e:83:fe:fc', 'FE:16:3E:83:FE:FC', '00:00:00:00:00:00'],
    refuses: [
      '01:00:5e:00:00:01',
      '33:33:00:00:00:01',
      'ff:ff:ff:ff:ff:ff',
      'fa:16:3e:83:fe',
      'fb:16:3e:83:fe:fc\n',
    ],
  },
  isPciAddress: {
    predicate: isPciAddress,
    takes: ['0000:05:10.1', '0000:CC:0c.5', 'ffff:ff:1f.7'],
    refuses: ['05:10.1', '0000:05:20.1', '0000:05:10.8', '0000:05:10x1', '0000:05:10.1/..', '0000:05:10.1\n'],
  },
  isUuid: {
    predicate: isUuid,
    takes: ['2265b1f5-91b7-d8f1-cd61-1027c386bbc4', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    refuses: [
      '2265b1f591b7d8f1cd611027c386bbc4',
      '{2265b1f5-91b7-d8f1-cd61-1027c386bbc4}',
      '2265b1f5-91b7-d8f1-cd61-1027c386bbc4\n',
    ],
  },
  isIpAddress: {
    predicate: isIpAddress,
    takes: ['10.0.0.1', '::1', 'fd00::7e7:0cad', '::ffff:10.0.0.1'],
    refuses: ['10.0.0', '010.0.0.1', '10.0.0.1/8', 'fe80::1%eth0', 'fe80::1%1', '10.0.0.1 ', '10.0.0.1\n'],
  },
  isCidr: {
    predicate: isCidr,
    takes: ['10.0.0.0/8', '10.89.60.174/8', '0.0.0.0/0', 'fd00::/64', '::/128'],
    refuses: [
      '10.0.0.0',
      '10.0.0.0/33',
      'fd00::/129',
      '10.0.0.0/08',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '/8',
      'fe80::%lo/64',
    ],
  },
  isMtu: {
    predicate: isMtu,
    takes: [68, 1500, 65_535],
    refuses: [67, 65_536, 1500.5, '1500', Number.NaN, Infinity],
  },
  isVlanId: { predicate: isVlanId, takes: [0, 1, 4095], refuses: [-1, 4096, 1.5, '7', Number.NaN] },
  isPlainText: {
    predicate: isPlainText,
    takes: ['', 'vm-e075', 'Zoë\'s "box" & <more>', '\u{1F600}', 'x'.repeat(255), 'a\u00a0b'],
    refuses: [
      'a\nb',
      'a\0b',
      '\t',
      '\u007f',
      '\u0085',
      '\ud800',
      '\udc00\ud800',
      '\ufffe',
      '\uffff',
      'x'.repeat(256),
    ],
  },
  isSocketPath: {
    predicate: isSocketPath,
    takes: ['/', '/var/run/vhost/usv-xxx', `/${'x'.repeat(106)}`],
    refuses: ['', 'var/run', `/${'x'.repeat(107)}`, `/${'é'.repeat(54)}`, '/a\nb', '/a\0'],
  },
};

describe.each(Object.entries(cases))('%s', (_, { predicate, takes, refuses }) => {
  it.each(takes)('takes %j', (value) => expect(predicate(value)).toBe(true));
  it.each(refuses)('refuses %j', (value) => expect(predicate(value)).toBe(false));
  it('refuses what is of another type', () => {
    for (const value of [undefined, null, true, {}, [], Symbol('x'), () => ''])
      expect(predicate(value)).toBe(false);
  });
});

it('plain text is what XML 1.0 can carry', () => {
  const allowed = /^[\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(isPlainText(text) && !allowed.test(text)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
