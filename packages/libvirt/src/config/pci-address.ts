import { VifError } from '@vifkit/core';
import { element, type XmlAttributes, type XmlElement } from '../xml/element.js';

const pattern = /^([\da-f]{4,8}):([\da-f]{2}):([\da-f]{2})\.([0-7])$/i;

/**
 * A PCI address (`0000:3f:0e.4`) as libvirt's `<address>`.
 * @throws VifError INVALID_VIF if it is malformed
 */
export function pciAddressElement(address: string, attributes: XmlAttributes = {}): XmlElement {
  const [, domain, bus, slot, fn] = pattern.exec(address) ?? [];
  if (!domain) {
    throw new VifError('INVALID_VIF', `'${address}' is not a PCI address, which is written as 0000:3f:0e.4`);
  }
  return element('address', {
    ...attributes,
    domain: `0x${domain}`,
    bus: `0x${bus}`,
    slot: `0x${slot}`,
    function: `0x${fn}`,
  });
}
