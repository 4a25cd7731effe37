import type { DomainElement, GuestContext } from '@vifkit/core/nova';
import type { InterfaceBackend } from './back-end.js';
import { supports } from './libvirt-version.js';
import { element, renderXml, type XmlElement } from './xml.js';

/**
 * What a guest's domain needs besides an interface with this backend. Other backends need nothing: for a passed-through
 * function libvirt itself locks the memory, and whether the guest may change the MAC address of a macvtap is a setting
 * of the interface.
 */
export function domainElements(backend: InterfaceBackend, context: GuestContext): DomainElement[] {
  if (backend.type === 'vhostuser') return sharedMemory(context);
  if (backend.type === 'vdpa' && !supports(context.host, 'memory of vDPA')) return [lockedMemory];
  return [];
}

/** A userspace switch reads and writes the guest's packets directly in the guest's memory. */
function sharedMemory({ host, flavor: { vcpus } }: GuestContext): DomainElement[] {
  const why =
    "A vhost-user switch maps the guest's memory. Without shared memory, the guest starts but has no link.";
  const memory = supports(host, 'memfd')
    ? [element('source', { type: 'memfd' }), element('access', { mode: 'shared' })]
    : [element('hugepages', {})];
  const backing = domainElement(element('memoryBacking', {}, ...memory), why);
  if (supports(host, 'shared memory')) return [backing];
  const cell = element('cell', { id: 0, cpus: vcpus > 1 ? `0-${vcpus - 1}` : '0', memAccess: 'shared' });
  const cells = element('cpu', {}, element('numa', {}, cell));
  const how =
    "Before libvirt 6.9 only cells of <numa> have shared memory. Give the cell the domain's memory as well.";
  return [backing, domainElement(cells, how)];
}

const lockedMemory = domainElement(
  element('memoryBacking', {}, element('locked', {})),
  "A vDPA device needs all of the guest's memory locked, and libvirt before 7.2 does not raise the limit for it.",
);

function domainElement(xml: XmlElement, why: string): DomainElement {
  return { xml: renderXml(xml), why };
}
