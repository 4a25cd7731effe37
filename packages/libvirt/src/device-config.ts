import { VifError } from '@vifkit/core';
import type { Bandwidth, DomainElement, GuestDevice, MacvtapMode, VirtualPort } from '@vifkit/core/nova';
import { element, optional, renderXml, type XmlAttributes, type XmlElement } from './xml.js';

/** What an interface is connected to on the host. */
export type InterfaceSource =
  | { readonly type: 'bridge'; readonly bridge: string }
  /** A tap that libvirt connects to nothing; `script` is what libvirt runs to set it up. */
  | { readonly type: 'ethernet'; readonly script?: string }
  | { readonly type: 'vhostuser'; readonly path: string; readonly mode: 'client' | 'server' }
  /** A macvtap on top of a link. */
  | { readonly type: 'direct'; readonly link: string; readonly mode: MacvtapMode }
  /** A vDPA device, by its character device. */
  | { readonly type: 'vdpa'; readonly device: string }
  | { readonly type: 'hostdev'; readonly pciAddress: string };

/** The element that names the source: `<source>`, or for `ethernet` the script if there is one. */
function sourceElement(source: InterfaceSource): XmlElement | undefined {
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

/** The backend that carries a virtio card's packets, and the number and kind of its queues. */
export interface InterfaceDriver {
  readonly name?: string;
  readonly queues?: number;
  /** In packets. */
  readonly rxQueueSize?: number;
  readonly txQueueSize?: number;
  /** Whether the queues are packed rings, which are faster than virtio's older split ones. */
  readonly packed?: boolean;
}

/** The parts of an `<interface>`. What is undefined is left to libvirt. */
export interface InterfaceSettings {
  readonly mac: string;
  readonly model: string | undefined;
  readonly driver: InterfaceDriver | undefined;
  readonly source: InterfaceSource;
  /** The host's name for the interface. */
  readonly target: string | undefined;
  /** The target belongs to somebody else: libvirt opens it, and leaves it in place when the guest ends. */
  readonly unmanaged: boolean;
  /** The MTU of the target, also announced to the guest, in bytes. */
  readonly mtu: number | undefined;
  /** The VLAN tag, 0 to 4095. */
  readonly vlan: number | undefined;
  readonly virtualPort: VirtualPort | undefined;
  /** The name of a libvirt network filter. */
  readonly filter: string | undefined;
  readonly bandwidth: Bandwidth | undefined;
  /** What else the domain needs. */
  readonly domain?: readonly DomainElement[];
}

/** `<interface>`: a network card of a guest. */
export class InterfaceConfig implements GuestDevice {
  readonly hostLink?: string;
  readonly bridge?: string;
  readonly domain?: readonly DomainElement[];
  readonly #xml: string;

  /** @throws VifError INVALID_VIF if a value is missing, malformed or cannot be written as XML */
  constructor(readonly settings: InterfaceSettings) {
    const { source, target, domain } = settings;
    if (domain) this.domain = domain;
    // The target of a vhost-user interface is a name in the virtual switch, not a link.
    if (target !== undefined && source.type !== 'vhostuser') this.hostLink = target;
    if (source.type === 'bridge') this.bridge = source.bridge;
    this.#xml = renderXml(interfaceElement(settings));
  }

  toXml(): string {
    return this.#xml;
  }
}

function interfaceElement({
  mac,
  model,
  driver,
  source,
  target,
  unmanaged,
  vlan,
  ...rest
}: InterfaceSettings): XmlElement {
  return element(
    'interface',
    { type: source.type, ...(source.type === 'hostdev' && { managed: 'yes' }) },
    element('mac', { address: mac }),
    optional(model, (type) => element('model', { type })),
    optional(driver, driverElement),
    sourceElement(source),
    optional(target, (dev) => element('target', { dev, ...(unmanaged && { managed: 'no' }) })),
    optional(rest.mtu, (size) => element('mtu', { size })),
    optional(vlan, (id) => element('vlan', {}, element('tag', { id }))),
    optional(rest.virtualPort, virtualPortElement),
    optional(rest.filter, (filter) => element('filterref', { filter })),
    optional(rest.bandwidth, bandwidthElement),
  );
}

function driverElement({ rxQueueSize, txQueueSize, packed, ...rest }: InterfaceDriver): XmlElement {
  return element('driver', {
    ...rest,
    ...(rxQueueSize !== undefined && { rx_queue_size: rxQueueSize }),
    ...(txQueueSize !== undefined && { tx_queue_size: txQueueSize }),
    ...(packed && { packed: 'on' }),
  });
}

function virtualPortElement({ type, parameters }: VirtualPort): XmlElement {
  // All parameters in one element: libvirt reads only one, and would miss those in others.
  return element('virtualport', { type }, element('parameters', parameters));
}

function bandwidthElement({ inbound, outbound }: Bandwidth): XmlElement {
  return element(
    'bandwidth',
    {},
    optional(inbound, (limit) => element('inbound', { ...limit })),
    optional(outbound, (limit) => element('outbound', { ...limit })),
  );
}

/** `<hostdev>`: a PCI device of the host passed through to the guest. */
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
        // libvirt detaches a managed device from its driver when the guest starts, and reattaches it at the end.
        { mode: 'subsystem', type: 'pci', managed: 'yes' },
        element('source', {}, pciAddressElement(pciAddress)),
      ),
    );
  }

  toXml(): string {
    return this.#xml;
  }
}
