import type { GuestDevice } from '@vifkit/core';
import { element } from '../xml/element.js';
import { renderXml } from '../xml/render-xml.js';
import { pciAddressElement } from './pci-address.js';

/** `<hostdev>`: a PCI device of the host given to the guest as it is. */
export class HostdevConfig implements GuestDevice {
  readonly #xml: string;

  /**
   * @param pciAddress as in `0000:3f:0e.4`
   * @throws VifError INVALID_VIF if it is malformed
   */
  constructor(readonly pciAddress: string) {
    this.#xml = renderXml(
      element(
        'hostdev',
        // libvirt takes a managed device from its driver when the guest starts, and gives it back at the end.
        { mode: 'subsystem', type: 'pci', managed: 'yes' },
        element('source', {}, pciAddressElement(pciAddress)),
      ),
    );
  }

  toXml(): string {
    return this.#xml;
  }
}
