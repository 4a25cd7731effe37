import {
  type DeviceBackend,
  type GuestConfigurator,
  type GuestContext,
  requireField,
  type VIFBase,
} from '@vifkit/core';
import { driverOf, type InterfaceBackend, modelOf, sourceOf } from './back-end/interface-backend.js';
import { objectBackend } from './back-end/object-backend.js';
import { bandwidthOf } from './bandwidth.js';
import { HostdevConfig } from './config/hostdev-config.js';
import { InterfaceConfig } from './config/interface-config.js';
import { frontEnd } from './front-end/front-end.js';

/** Configures the devices of libvirt's guests, as Nova's libvirt VIF driver does. */
export class LibvirtGuestConfigurator implements GuestConfigurator {
  /**
   * @throws VifError UNSUPPORTED_CONFIG, UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE; INVALID_VIF if the object
   * lacks a field its device needs; INVALID_REQUEST for a malformed quota or kernel release
   */
  forObject(vif: VIFBase, context: GuestContext): InterfaceConfig | HostdevConfig {
    const backend = objectBackend(vif, context);
    if (backend.type === 'pci') return new HostdevConfig(backend.pciAddress);
    return interfaceConfig(backend, requireField(vif, 'address', vif.id), context);
  }

  /**
   * @throws VifError UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE; INVALID_VIF for what XML cannot hold;
   * INVALID_REQUEST for a malformed quota or kernel release
   */
  forBackend(backend: DeviceBackend, mac: string, context: GuestContext): InterfaceConfig | HostdevConfig {
    if (backend.type === 'pci') return new HostdevConfig(backend.pciAddress);
    return interfaceConfig(backend, mac, context);
  }
}

function interfaceConfig(backend: InterfaceBackend, mac: string, context: GuestContext): InterfaceConfig {
  const guest = frontEnd(context);
  return new InterfaceConfig({
    mac,
    model: modelOf(backend, guest),
    driver: driverOf(backend, guest, context.host),
    source: sourceOf(backend, context.host),
    target: 'target' in backend ? backend.target : undefined,
    vlan: backend.vlan,
    virtualPort: backend.virtualPort,
    filter: backend.filter,
    bandwidth: backend.bandwidth ? bandwidthOf(context.flavor) : undefined,
  });
}
