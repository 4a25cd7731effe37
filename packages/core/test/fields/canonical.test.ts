import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical, isCidr, isIpAddress } from '../../src/fields/values.js';

it.each([
  ['mac', 'FA-16-3E-00-00-0A', 'fa:16:3e:00:00:0a'],
  ['pci', '0000:0A:1F.1', '0000:0a:1f.1'],
  ['ip', '10.0.0.1', '10.0.0.1'],
  ['ip', 'FE80:0::0001', 'fe80::1'],
  ['ip', '1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['ip', '::FFFF:a00:1', '::ffff:10.0.0.1'],
  ['ip', 'fe80::1%eth0', 'fe80::1%eth0'],
  ['ip', 'nowhere', 'nowhere'],
  ['cidr', 'FD00::0/8', 'fd00::/8'],
  ['cidr', '10.0.0.7/8', '10.0.0.7/8'],
  ['cidr', 'FD00::', 'FD00::'],
])('of %s, %s is spelled %s', (kind, text, spelled) => {
  expect(canonical[kind]?.(text)).toBe(spelled);
});

it('leaves an address an address, spelled once and for all', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const spelled = canonical.ip?.(text) ?? '';
      expect(isIpAddress(spelled)).toBe(true);
      expect(canonical.ip?.(spelled)).toBe(spelled);
      expect(isCidr(canonical.cidr?.(`${text.toUpperCase()}/8`))).toBe(true);
    }),
  );
});
