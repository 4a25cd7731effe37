import { element, type XmlElement } from '../xml/element.js';
import { pciAddressElement } from './pci-address.js';

/** What an interface is joined to on the host. */
export type InterfaceSource =
  | { readonly type: 'bridge'; readonly bridge: string }
  /** A tap that nobody joins to anything; `script` is what libvirt runs to set it up. */
  | { readonly type: 'ethernet'; readonly script?: string }
  | { readonly type: 'vhostuser'; readonly path: string; readonly mode: 'client' | 'server' }
  /** A macvtap on top of a link. */
  | { readonly type: 'direct'; readonly link: string; readonly mode: string }
  /** A vDPA device, by its character device. */
  | { readonly type: 'vdpa'; readonly device: string }
  | { readonly type: 'hostdev'; readonly pciAddress: string };

/** The element that names the source: `<source>`, or for `ethernet` the script if there is one. */
export function sourceElement(source: InterfaceSource): XmlElement | undefined {
  switch (source.type) {
    case 'bridge':
      return element('source', { bridge: source.bridge });
    case 'ethernet':
      return source.script === undefined ? undefined : element('script', { path: source.script });
    case 'vhostuser':
      return element('source', { type: 'unix', mode: source.mode, path: source.path });
    case 'direct':
      return element('source', { dev: source.link, mode: source.mode });
    case 'vdpa':
      return element('source', { dev: source.device });
    case 'hostdev':
      return element('source', {}, pciAddressElement(source.pciAddress, { type: 'pci' }));
  }
}
