import { VifError } from '@vifkit/core';
import {
  cardModel,
  cardQueues,
  type GuestContext,
  guestFlag,
  type HostCapabilities,
  type Routing,
} from '@vifkit/core/nova';
import type { InterfaceBackend } from './back-end.js';
import type { InterfaceDriver } from './device-config.js';
import { supports } from './libvirt-version.js';

/** The guest side of an interface. What is undefined is chosen by libvirt. */
export interface FrontEnd {
  readonly model: string | undefined;
  readonly driver: InterfaceDriver | undefined;
}

/**
 * The guest side with the requirements of the host side, which may replace model and driver, or leave them out. The
 * guest's queues are kept.
 */
export function overriddenBy({ model, driver }: InterfaceBackend, guest: FrontEnd): FrontEnd {
  return {
    model: model === undefined ? guest.model : (model ?? undefined),
    driver:
      driver === undefined ? guest.driver : driver === null ? undefined : { ...guest.driver, name: driver },
  };
}

/** The rules for an interface that differ between the routings. */
export interface Dialect {
  /**
   * The guest side of an interface with this backend.
   * @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL, INVALID_REQUEST
   */
  frontEnd(context: GuestContext, backend: InterfaceBackend): FrontEnd;
  /** The backends whose interfaces get the network's MTU. */
  readonly withMtu: readonly InterfaceBackend['type'][];
  /** The backends whose VLAN tag libvirt sets. */
  readonly withVlan: readonly InterfaceBackend['type'][];
}

/** The rules of Nova 14. */
export const newton: Dialect = {
  frontEnd(context, backend) {
    return overriddenBy(backend, emulated(context));
  },
  withMtu: [],
  // The plug sets the VLAN of a macvtap's function.
  withVlan: ['hostdev'],
};

/** The rules of today's Nova. */
export const current: Dialect = {
  frontEnd(context, backend) {
    const front = overriddenBy(
      backend,
      ['hostdev', 'vdpa'].includes(backend.type) ? nothing : emulated(context, rxQueueSize),
    );
    const sized = backend.type === 'vhostuser' ? { ...front, driver: ofSocket(front, context.host) } : front;
    return withPackedRing(sized, context);
  },
  withMtu: ['bridge', 'ethernet'],
  withVlan: ['hostdev', 'direct'],
};

const nothing: FrontEnd = { model: undefined, driver: undefined };

type ReceiveQueueSize = (host: HostCapabilities) => Pick<InterfaceDriver, 'rxQueueSize'> | undefined;

/** The card that the hypervisor emulates. Nova 14 does not set the size of its receive queues. */
function emulated(context: GuestContext, sizeOf: ReceiveQueueSize = () => undefined): FrontEnd {
  const model = cardModel(context);
  return { model, driver: model === 'virtio' ? virtioDriver(context, sizeOf(context.host)) : undefined };
}

function virtioDriver(
  context: GuestContext,
  size: ReturnType<ReceiveQueueSize>,
): InterfaceDriver | undefined {
  // libvirt enables vhost even for guests without KVM, where it does not work.
  if (context.host.virt_type === 'qemu') return { name: 'qemu', ...size };
  const queues = cardQueues(context);
  if (queues === undefined) return size && { name: 'vhost', ...size };
  return { name: 'vhost', queues, ...size };
}

/** The switch carries a socket's packets, so no backend of the host is named. */
function ofSocket({ driver }: FrontEnd, host: HostCapabilities): InterfaceDriver | undefined {
  const { name: _, ...queues } = { ...driver, ...rxQueueSize(host), ...txQueueSize(host) };
  return Object.keys(queues).length > 0 ? queues : undefined;
}

/** Only virtio has packed rings. libvirt refuses them for other cards, although Nova writes them there too. */
function withPackedRing({ model, driver }: FrontEnd, context: GuestContext): FrontEnd {
  const packed = guestFlag(context, 'virtio_packed_ring') && supports(context.host, 'packed rings');
  return { model, driver: packed && model === 'virtio' ? { ...driver, packed } : driver };
}

/**
 * The size of the receive queues, if the host sets one and its libvirt supports that.
 * @throws VifError INVALID_REQUEST for a size that QEMU does not accept
 */
function rxQueueSize(host: HostCapabilities): { readonly rxQueueSize: number } | undefined {
  const size = sizeOf(host, 'rx_queue_size');
  return size !== undefined && supports(host, 'receive queue sizes') ? { rxQueueSize: size } : undefined;
}

/**
 * The size of the transmit queues, if the host sets one and its libvirt supports that.
 * @throws VifError INVALID_REQUEST for a size that QEMU does not accept
 */
function txQueueSize(host: HostCapabilities): { readonly txQueueSize: number } | undefined {
  const size = sizeOf(host, 'tx_queue_size');
  return size !== undefined && supports(host, 'send queue sizes') ? { txQueueSize: size } : undefined;
}

/** A ring's size is a power of two; QEMU's minimum is 256, its maximum 1024. */
const sizes: readonly (number | undefined)[] = [256, 512, 1024, undefined];

function sizeOf(host: HostCapabilities, key: 'rx_queue_size' | 'tx_queue_size'): number | undefined {
  const size = host[key];
  if (sizes.includes(size)) return size;
  throw new VifError('INVALID_REQUEST', `host.${key} must be 256, 512 or 1024, not ${size}`);
}

const dialects: Readonly<Record<Routing, Dialect>> = { newton, current };

export function dialectOf({ routing }: GuestContext): Dialect {
  return dialects[routing];
}
