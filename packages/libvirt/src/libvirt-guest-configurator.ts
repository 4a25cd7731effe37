import {
  type DeviceBackend,
  type GuestConfigurator,
  type GuestContext,
  requireField,
  thisCore,
  type VIFBase,
} from '@vifkit/core';
import { type InterfaceBackend, sourceOf, targetOf } from './back-end/interface-backend.js';
import { objectBackend } from './back-end/object-backend.js';
import { bandwidthOf } from './bandwidth.js';
import { HostdevConfig } from './config/hostdev-config.js';
import { InterfaceConfig } from './config/interface-config.js';
import { dialectOf } from './dialect/dialect-of.js';
import { knows } from './libvirt-version.js';

/** Configures the devices of libvirt's guests, as Nova's libvirt VIF driver does: Nova 14's, or today's. */
export class LibvirtGuestConfigurator implements GuestConfigurator {
  readonly core = thisCore;

  /**
   * @throws VifError UNSUPPORTED_CONFIG, UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE; INVALID_VIF if the object
   * lacks a field its device needs; INVALID_REQUEST for a malformed quota or kernel release, or a flavor and image
   * that contradict each other
   */
  forObject(vif: VIFBase, context: GuestContext): InterfaceConfig | HostdevConfig {
    const backend = objectBackend(vif, context);
    if (backend.type === 'pci') return new HostdevConfig(backend.pciAddress);
    return interfaceConfig(backend, requireField(vif, 'address', vif.id), context);
  }

  /**
   * @throws VifError UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE; INVALID_VIF for what XML cannot hold;
   * INVALID_REQUEST as {@link forObject}
   */
  forBackend(backend: DeviceBackend, mac: string, context: GuestContext): InterfaceConfig | HostdevConfig {
    if (backend.type === 'pci') return new HostdevConfig(backend.pciAddress);
    return interfaceConfig(backend, mac, context);
  }
}

function interfaceConfig(backend: InterfaceBackend, mac: string, context: GuestContext): InterfaceConfig {
  const { host } = context;
  const dialect = dialectOf(context);
  const { model, driver } = dialect.frontEnd(context, backend);
  const takesDriver = backend.type !== 'vhostuser' || knows(host, 'queues of sockets');
  const takesMtu = dialect.withMtu.includes(backend.type) && knows(host, 'MTU');
  return new InterfaceConfig({
    mac,
    model,
    driver: takesDriver ? driver : undefined,
    source: sourceOf(backend, host),
    ...targetOf(backend, host),
    mtu: takesMtu ? backend.mtu : undefined,
    vlan: dialect.withVlan.includes(backend.type) ? backend.vlan : undefined,
    virtualPort: backend.virtualPort,
    filter: backend.filter,
    bandwidth: backend.bandwidth ? bandwidthOf(context.flavor) : undefined,
  });
}
