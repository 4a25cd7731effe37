import { type GuestContext, guestFlag, type HostCapabilities, wantsMultiqueue } from '@vifkit/core';
import type { InterfaceDriver } from '../config/interface-config.js';
import { type CardModels, checkModel, imageModel } from '../front-end/card-models.js';
import { type FrontEnd, overriddenBy } from '../front-end/front-end.js';
import { rxQueueSize, txQueueSize } from '../front-end/queue-sizes.js';
import { maxTapQueues } from '../front-end/tap-queues.js';
import { knows } from '../libvirt-version.js';
import type { Dialect } from './dialect.js';

const kvmModels = [
  'virtio',
  'ne2k_pci',
  'pcnet',
  'rtl8139',
  'e1000',
  'e1000e',
  'spapr-vlan',
  'vmxnet3',
  'igb',
];

const cards: CardModels = new Map([
  ['qemu', [...kvmModels, 'lan9118']],
  ['kvm', kvmModels],
  ['lxc', []],
  ['parallels', ['virtio', 'rtl8139', 'e1000']],
]);

/** vNIC types of a device that a guest gets as it is: nothing is emulated, so that there is no model or driver. */
const passedThrough: readonly (string | undefined)[] = [
  'direct',
  'direct-physical',
  'accelerator-direct',
  'accelerator-direct-physical',
  'remote-managed',
  'vdpa',
];

/** The rules of today's Nova. */
export const current: Dialect = {
  frontEnd(context, backend) {
    const isPassedThrough = backend.type === 'hostdev' || passedThrough.includes(context.vnicType);
    const front = overriddenBy(backend, isPassedThrough ? nothing : emulated(context));
    const sized = backend.type === 'vhostuser' ? { ...front, driver: ofSocket(front, context.host) } : front;
    return withPackedRing(sized, context);
  },
  withMtu: ['bridge', 'ethernet'],
  withVlan: ['hostdev', 'direct'],
};

const nothing: FrontEnd = { model: undefined, driver: undefined };

function emulated(context: GuestContext): FrontEnd {
  const { image, host } = context;
  const model = imageModel(image) ?? defaultModel(host);
  if (model !== undefined) checkModel(model, host.virt_type, cards);
  return { model, driver: model === 'virtio' ? virtioDriver(context) : undefined };
}

function defaultModel({ virt_type, use_virtio_for_bridges }: HostCapabilities): string | undefined {
  return use_virtio_for_bridges && ['kvm', 'qemu', 'parallels'].includes(virt_type) ? 'virtio' : undefined;
}

function virtioDriver(context: GuestContext): InterfaceDriver | undefined {
  const { flavor, host } = context;
  const size = rxQueueSize(host);
  // libvirt turns on vhost even for guests without KVM, where it does not work.
  if (host.virt_type === 'qemu') return { name: 'qemu', ...size };
  if (!wantsMultiqueue(context)) return size && { name: 'vhost', ...size };
  const most = host.max_queues ?? maxTapQueues(host.kernel_release);
  return { name: 'vhost', queues: Math.min(flavor.vcpus, most), ...size };
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
