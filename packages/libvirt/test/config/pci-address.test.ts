import { describe, expect, it } from 'vitest';
import { pciAddressElement } from '../../src/device-config.js';

describe('pciAddressElement', () => {
  it('has the four parts in hexadecimal', () => {
    expect(pciAddressElement('0000:3f:0e.4').attributes).toEqual({
      domain: '0x0000',
      bus: '0x3f',
      slot: '0x0e',
      function: '0x4',
    });
  });

  it('takes the long domains of VMD controllers, and other attributes', () => {
    const { attributes } = pciAddressElement('10000:E1:00.0', { type: 'pci' });
    expect(attributes).toMatchObject({ type: 'pci', domain: '0x10000', bus: '0xE1' });
  });

  it.each(['', '3f:0e.4', '0000:3f:0e', '0000:3f:0e.8', '0000:3g:0e.4', '0000:3f:0e.4\n', ' 0000:3f:0e.4'])(
    'refuses %j',
    (address) => {
      expect(() => pciAddressElement(address)).toThrow(expect.objectContaining({ code: 'INVALID_VIF' }));
    },
  );
});
