import { VifError } from '../errors/vif-error.js';
import type { Flavor } from '../request/flavor.js';
import type { HostCapabilities } from '../request/host-capabilities.js';
import type { Image } from '../request/image.js';
import type { Routing } from '../request/routing.js';
import { type CardModels, checkModel, imageModel } from './card-models.js';
import { isTrue, wantsMultiqueue } from './guest-flags.js';
import { maxTapQueues } from './tap-queues.js';

/** What the emulated network card of a guest depends on. */
export interface CardContext {
  readonly flavor: Flavor;
  readonly image: Image;
  readonly host: HostCapabilities;
  /** Whose rules the card follows. */
  readonly routing: Routing;
  /** The VIF's vNIC type, if it came as a VIF of the network model. */
  readonly vnicType?: string;
}

interface CardRules {
  /** The models that each virtualization type can emulate. */
  readonly models: CardModels;
  /** The virtualization types whose guests have virtio unless the image, or `use_virtio_for_bridges`, says otherwise. */
  readonly virtio: readonly string[];
  /** The virtualization types whose virtio cards can have several queues. */
  readonly multiqueue: readonly string[];
  /** vNIC types of a device that a guest gets as it is: no card is emulated. */
  readonly passedThrough: readonly string[];
  wantsMultiqueue(context: CardContext): boolean;
  mostQueues(host: HostCapabilities): number;
}

const newtonModels = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'spapr-vlan'];
const currentModels = [...newtonModels, 'e1000e', 'vmxnet3', 'igb'];

const rules: Readonly<Record<Routing, CardRules>> = {
  newton: {
    models: new Map([
      ['qemu', newtonModels],
      ['kvm', newtonModels],
      ['xen', ['netfront', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000']],
      ['lxc', []],
      ['uml', []],
    ]),
    virtio: ['kvm', 'qemu'],
    multiqueue: ['kvm'],
    passedThrough: [],
    wantsMultiqueue: ({ image }) => isTrue(image.properties.hw_vif_multiqueue_enabled),
    mostQueues: ({ kernel_release }) => maxTapQueues(kernel_release),
  },
  current: {
    models: new Map([
      ['qemu', [...currentModels, 'lan9118']],
      ['kvm', currentModels],
      ['lxc', []],
      ['parallels', ['virtio', 'rtl8139', 'e1000']],
    ]),
    virtio: ['kvm', 'qemu', 'parallels'],
    multiqueue: ['kvm', 'parallels'],
    passedThrough: [
      'direct',
      'direct-physical',
      'accelerator-direct',
      'accelerator-direct-physical',
      'remote-managed',
      'vdpa',
    ],
    wantsMultiqueue,
    mostQueues: ({ max_queues, kernel_release }) => max_queues ?? maxTapQueues(kernel_release),
  },
};

/**
 * The model of a guest's emulated card; undefined leaves it to the hypervisor, or there is no such card.
 * @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL
 */
export function cardModel({ image, host, routing, vnicType }: CardContext): string | undefined {
  const { models, virtio, passedThrough } = rules[routing];
  if (vnicType !== undefined && passedThrough.includes(vnicType)) return undefined;
  const otherwise = host.use_virtio_for_bridges && virtio.includes(host.virt_type) ? 'virtio' : undefined;
  const model = imageModel(image) ?? otherwise;
  if (model !== undefined) checkModel(model, host.virt_type, models);
  return model;
}

/**
 * How many queues a virtio card is asked to have; undefined where nobody asks for several.
 * @throws VifError INVALID_REQUEST if flavor and image contradict each other
 */
export function cardQueues(context: CardContext): number | undefined {
  const { multiqueue, wantsMultiqueue, mostQueues } = rules[context.routing];
  const { host, flavor } = context;
  if (!multiqueue.includes(host.virt_type) || !wantsMultiqueue(context)) return undefined;
  return Math.min(flavor.vcpus, mostQueues(host));
}

/**
 * Makes sure that a guest's card is virtio, the only one whose queues a switch in userspace can share.
 * @throws VifError UNSUPPORTED_MODEL, and what {@link cardModel} throws
 */
export function requireVirtio(context: CardContext): void {
  const model = cardModel(context);
  if (model === 'virtio') return;
  const has =
    model === undefined ? `a guest of '${context.host.virt_type}' has none here` : `it is '${model}'`;
  throw new VifError(
    'UNSUPPORTED_MODEL',
    `A vhost-user socket takes a virtio card alone, and ${has}; set the image's hw_vif_model to virtio, on kvm or qemu`,
  );
}

/** What a tap has to know of the card that it is for: the kernel refuses a card whose queues the tap was not made for. */
export interface TapQueues {
  /** Whether the guest's card has several queues. */
  readonly multiQueue: boolean;
  /** Whether it could have, if its VIF says that it does. */
  readonly canMultiQueue: boolean;
}

/** What the guest's card asks of a tap. A card that cannot be is refused when it is configured: it asks for nothing here. */
export function tapQueues(context: CardContext): TapQueues {
  const { multiqueue, mostQueues } = rules[context.routing];
  try {
    const { host } = context;
    const isAble = cardModel(context) === 'virtio' && multiqueue.includes(host.virt_type);
    const canMultiQueue = isAble && mostQueues(host) > 1;
    return { canMultiQueue, multiQueue: canMultiQueue && (cardQueues(context) ?? 1) > 1 };
  } catch {
    return { canMultiQueue: false, multiQueue: false };
  }
}
