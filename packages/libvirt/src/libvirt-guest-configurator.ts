import { thisCore, VifError } from '@vifkit/core';
import {
  bandwidthOf,
  type DeviceBackend,
  type GuestConfigurator,
  type GuestContext,
  requireLastingName,
  requireVirtio,
  tapQueues,
} from '@vifkit/core/nova';
import { requireField, type VIFBase } from '@vifkit/core/os-vif';
import { type InterfaceBackend, objectBackend, sourceOf, targetOf } from './back-end.js';
import { HostdevConfig, InterfaceConfig, type InterfaceDriver } from './device-config.js';
import { domainElements } from './domain-elements.js';
import { dialectOf } from './front-end.js';
import { supports } from './libvirt-version.js';

/** Configures the devices of libvirt guests like Nova's libvirt VIF driver: that of Nova 14, or today's. */
export class LibvirtGuestConfigurator implements GuestConfigurator {
  readonly core = thisCore;

  /**
   * @throws VifError UNSUPPORTED_CONFIG, UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE; INVALID_VIF if the object lacks a
   * field that its device needs, or has a name that libvirt would not keep; INVALID_REQUEST for a malformed quota or
   * kernel release, or a flavor and image that contradict each other
   */
  forObject(vif: VIFBase, context: GuestContext): InterfaceConfig | HostdevConfig {
    const backend = objectBackend(vif, context);
    if (backend.type === 'pci') return new HostdevConfig(backend.pciAddress);
    return interfaceConfig(backend, requireField(vif, 'address', vif.id), context, vif.id);
  }

  /**
   * @throws VifError UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE; INVALID_VIF for a value that XML cannot represent;
   *   INVALID_REQUEST as for {@link forObject}
   */
  forBackend(backend: DeviceBackend, mac: string, context: GuestContext): InterfaceConfig | HostdevConfig {
    if (backend.type === 'pci') return new HostdevConfig(backend.pciAddress);
    return interfaceConfig(backend, mac, context);
  }
}

function interfaceConfig(
  backend: InterfaceBackend,
  mac: string,
  context: GuestContext,
  vifId?: string,
): InterfaceConfig {
  const { host } = context;
  const dialect = dialectOf(context);
  if (backend.type === 'vhostuser') requireVirtio(context);
  const { model, driver } = dialect.frontEnd(context, backend);
  const domain = domainElements(backend, context);
  const takesMtu = dialect.withMtu.includes(backend.type) && supports(host, 'MTU');
  const { target, unmanaged } = targetOf(backend, host);
  // A socket's target is no link: libvirt asks the switch for the port's name.
  if (target !== undefined && !unmanaged && backend.type !== 'vhostuser') {
    requireLastingName(target, host, vifId);
  }
  const bandwidth = bandwidthOf(context.flavor);
  return new InterfaceConfig({
    mac,
    model: backend.type === 'hostdev' ? undefined : model,
    driver: driverFor(backend, driver, context),
    source: sourceOf(backend, host),
    target,
    unmanaged,
    mtu: takesMtu ? backend.mtu : undefined,
    vlan: dialect.withVlan.includes(backend.type) ? backend.vlan : undefined,
    virtualPort: backend.virtualPort,
    filter: backend.filter,
    bandwidth: backend.bandwidth ? bandwidth : undefined,
    ...(domain.length > 0 && { domain }),
  });
}

/** The part of the virtio card's driver settings that this device can have. */
function driverFor(
  backend: InterfaceBackend,
  driver: InterfaceDriver | undefined,
  context: GuestContext,
): InterfaceDriver | undefined {
  switch (backend.type) {
    case 'hostdev':
      // The guest has the function itself. libvirt takes a driver here for the host's, which is vfio.
      return undefined;
    case 'vhostuser':
      return supports(context.host, 'queues of sockets') ? driver : undefined;
    case 'ethernet':
      return asMade(backend.multiQueue, driver, context);
    default:
      return driver;
  }
}

/**
 * The driver settings of a card on a tap whose VIF specifies its queues: the kernel does not add a second queue to a
 * tap that was made for one, and does not let a card with one queue open a tap that was made for several.
 */
function asMade(
  multiQueue: boolean | undefined,
  driver: InterfaceDriver | undefined,
  context: GuestContext,
): InterfaceDriver | undefined {
  if (multiQueue === undefined) return driver;
  const { queues = 1, ...others } = driver ?? {};
  if (!multiQueue) return queues > 1 ? others : driver;
  if (queues > 1 || !tapQueues(context).canMultiQueue) return driver;
  throw new VifError(
    'INVALID_REQUEST',
    "The VIF's tap has several queues (multiqueue of its port profile), but its guest's card has one; give a flavor of " +
      'several vCPUs and hw_vif_multiqueue_enabled',
  );
}
