import { VifError } from '@vifkit/core';
import { builder, create } from 'xmlbuilder2';

/** The part of the DOM that is needed here. */
interface Element {
  readonly nodeType: number;
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly textContent: string | null;
  readonly parentNode: Element | null;
  readonly childNodes: Iterable<Element>;
  getAttribute(name: string): string | null;
}

const ELEMENT = 1;

/** A network card of a domain. */
export interface DomainDevice {
  /** Its element, as libvirt writes it. */
  readonly xml: string;
  /** `ua-...` if the user has chosen it. */
  readonly alias: string | undefined;
  readonly mac: string | undefined;
  /** The host's link. */
  readonly target: string | undefined;
  /** The port's id in Open vSwitch. */
  readonly interfaceId: string | undefined;
  /** The bridge or switch that libvirt connects it to. */
  readonly bridge: string | undefined;
}

/** The parts of a domain's XML that concern its network cards. */
export interface DomainDescription {
  readonly name: string;
  readonly uuid: string;
  readonly devices: readonly DomainDevice[];
  /** Whether the guest's memory can be shared with a userspace switch. */
  readonly sharesMemory: boolean;
  /** The texts of the elements of this name and namespace in its metadata. */
  metadata(namespace: string, name: string): readonly string[];
  /** The values of an attribute of all elements of this local name in its metadata, whatever their namespace. */
  metadataAttributes(name: string, attribute: string): readonly string[];
}

/**
 * Reads a domain's XML.
 * @throws VifError LIBVIRT_FAILED if it is not XML
 */
export function readDomain(xml: string): DomainDescription {
  const root = parse(xml);
  const own = (element: Element | undefined, name: string) => element && childrenOf(element, name)[0];
  const devices = own(root, 'devices');
  const metadata = own(root, 'metadata');
  const backing = own(root, 'memoryBacking');
  const cells = descendants(own(own(root, 'cpu'), 'numa'), 'cell');
  return {
    name: own(root, 'name')?.textContent ?? '',
    uuid: own(root, 'uuid')?.textContent ?? '',
    devices: devices
      ? ['interface', 'hostdev'].flatMap((name) => childrenOf(devices, name).map(readDevice))
      : [],
    sharesMemory:
      own(backing, 'access')?.getAttribute('mode') === 'shared' ||
      cells.some((cell) => cell.getAttribute('memAccess') === 'shared'),
    metadata: (namespace, name) =>
      descendants(metadata, name)
        .filter((element) => belongsTo(element, namespace))
        .map((element) => element.textContent ?? ''),
    metadataAttributes: (name, attribute) =>
      descendants(metadata, name).flatMap((element) => element.getAttribute(attribute) ?? []),
  };
}

function parse(xml: string): Element {
  try {
    return create(xml).root().node as unknown as Element;
  } catch (error) {
    throw new VifError('LIBVIRT_FAILED', 'The XML of the domain cannot be read', { cause: error });
  }
}

function readDevice(device: Element): DomainDevice {
  const attribute = (child: string, name: string) =>
    childrenOf(device, child)[0]?.getAttribute(name) ?? undefined;
  const [parameters] = descendants(device, 'parameters');
  return {
    xml: builder(device as never).toString(),
    alias: attribute('alias', 'name'),
    mac: attribute('mac', 'address')?.toLowerCase(),
    target: attribute('target', 'dev'),
    interfaceId: parameters?.getAttribute('interfaceid') ?? undefined,
    bridge: attribute('source', 'bridge'),
  };
}

/** libvirt returns metadata with a namespace prefix only on the outermost element. */
function belongsTo(element: Element, namespace: string): boolean {
  for (let each: Element | null = element; each?.nodeType === ELEMENT; each = each.parentNode) {
    if (each.namespaceURI === namespace) return true;
  }
  return false;
}

function elementsIn(element: Element): Element[] {
  return [...element.childNodes].filter(({ nodeType }) => nodeType === ELEMENT);
}

function childrenOf(element: Element, name: string): Element[] {
  return elementsIn(element).filter(({ localName }) => localName === name);
}

function descendants(element: Element | undefined, name: string): Element[] {
  if (!element) return [];
  return elementsIn(element).flatMap((each) => [
    ...(each.localName === name ? [each] : []),
    ...descendants(each, name),
  ]);
}
