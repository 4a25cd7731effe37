import type { DeviceBackend, HostCapabilities } from '@vifkit/core';
import type { InterfaceDriver } from '../config/interface-config.js';
import type { InterfaceSource } from '../config/interface-source.js';
import type { FrontEnd } from '../front-end/front-end.js';
import { isOlderThan } from '../libvirt-version.js';

/** A backend that is an `<interface>`. */
export type InterfaceBackend = Exclude<DeviceBackend, { type: 'pci' }>;

/** What libvirt joins the interface to. */
export function sourceOf(backend: InterfaceBackend, host: HostCapabilities): InterfaceSource {
  switch (backend.type) {
    case 'bridge':
      return { type: 'bridge', bridge: backend.bridge };
    case 'ethernet':
      // Without a script, libvirt before 1.3.3 runs QEMU's own, which joins the tap to a bridge. Later ones
      // run none, and their schema refuses the empty path.
      return isOlderThan(host, [1, 3, 3]) ? { type: 'ethernet', script: '' } : { type: 'ethernet' };
    case 'vhostuser':
      return { type: 'vhostuser', path: backend.path, mode: backend.mode };
    case 'direct':
      return { type: 'direct', link: backend.source, mode: backend.mode };
    case 'hostdev':
      return { type: 'hostdev', pciAddress: backend.pciAddress };
  }
}

/** The card's model: what the backend insists on, or else what the guest asks for. */
export function modelOf({ model }: InterfaceBackend, guest: FrontEnd): string | undefined {
  return model === undefined ? guest.model : (model ?? undefined);
}

/** The driver: the backend may replace its name or leave it out, the guest's queues are kept. */
export function driverOf(
  backend: InterfaceBackend,
  guest: FrontEnd,
  host: HostCapabilities,
): InterfaceDriver | undefined {
  // libvirt knows the queues of a vhost-user interface from 1.2.17 on.
  if (backend.type === 'vhostuser' && isOlderThan(host, [1, 2, 17])) return undefined;
  if (backend.driver === undefined) return guest.driver;
  return backend.driver === null ? undefined : { ...guest.driver, name: backend.driver };
}
