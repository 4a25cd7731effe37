import { cardModel, cardQueues, type GuestContext, guestFlag, type HostCapabilities } from '@vifkit/core';
import type { InterfaceDriver } from '../config/interface-config.js';
import { knows } from '../config/libvirt-version.js';
import { type FrontEnd, overriddenBy } from '../front-end/front-end.js';
import { rxQueueSize, txQueueSize } from '../front-end/queue-sizes.js';
import type { Dialect } from './dialect.js';

/** The rules of today's Nova. */
export const current: Dialect = {
  frontEnd(context, backend) {
    const front = overriddenBy(
      backend,
      ['hostdev', 'vdpa'].includes(backend.type) ? nothing : emulated(context),
    );
    const sized = backend.type === 'vhostuser' ? { ...front, driver: ofSocket(front, context.host) } : front;
    return withPackedRing(sized, context);
  },
  withMtu: ['bridge', 'ethernet'],
  withVlan: ['hostdev', 'direct'],
};

const nothing: FrontEnd = { model: undefined, driver: undefined };

function emulated(context: GuestContext): FrontEnd {
  const model = cardModel(context);
  return { model, driver: model === 'virtio' ? virtioDriver(context) : undefined };
}

function virtioDriver(context: GuestContext): InterfaceDriver | undefined {
  const { host } = context;
  const size = rxQueueSize(host);
  // libvirt turns on vhost even for guests without KVM, where it does not work.
  if (host.virt_type === 'qemu') return { name: 'qemu', ...size };
  const queues = cardQueues(context);
  if (queues === undefined) return size && { name: 'vhost', ...size };
  return { name: 'vhost', queues, ...size };
}

/** The switch carries a socket's packets, so that no program of the host's is named. */
function ofSocket({ driver }: FrontEnd, host: HostCapabilities): InterfaceDriver | undefined {
  const { name: _, ...queues } = { ...driver, ...rxQueueSize(host), ...txQueueSize(host) };
  return Object.keys(queues).length > 0 ? queues : undefined;
}

/** Only virtio has packed rings; libvirt refuses them for any other card, where Nova writes them all the same. */
function withPackedRing({ model, driver }: FrontEnd, context: GuestContext): FrontEnd {
  const packed = guestFlag(context, 'virtio_packed_ring') && knows(context.host, 'packed rings');
  return { model, driver: packed && model === 'virtio' ? { ...driver, packed } : driver };
}
