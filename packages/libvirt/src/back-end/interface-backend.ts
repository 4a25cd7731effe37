import type { DeviceBackend, HostCapabilities } from '@vifkit/core';
import type { InterfaceSource } from '../config/interface-source.js';
import { knows } from '../config/libvirt-version.js';

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
      return knows(host, 'taps without a script') ? { type: 'ethernet' } : { type: 'ethernet', script: '' };
    case 'vhostuser':
      return { type: 'vhostuser', path: backend.path, mode: backend.mode };
    case 'direct':
      return { type: 'direct', link: backend.source, mode: backend.mode };
    case 'vdpa':
      return { type: 'vdpa', device: backend.device };
    case 'hostdev':
      return { type: 'hostdev', pciAddress: backend.pciAddress };
  }
}

/** The host's name for the interface, and whose it is. */
export function targetOf(
  backend: InterfaceBackend,
  host: HostCapabilities,
): { readonly target: string | undefined; readonly unmanaged: boolean } {
  const target = 'target' in backend ? backend.target : undefined;
  const others = backend.type === 'ethernet' && backend.managed === false;
  return { target, unmanaged: others && knows(host, 'taps of others') };
}
