import { VifError } from '../errors/vif-error.js';
import type { Flavor, HostCapabilities, Image, Routing } from './request.js';

/** The flavor and image of a guest. */
interface GuestSpec {
  readonly flavor: Flavor;
  readonly image: Image;
}

const yes = new Set(['1', 't', 'true', 'on', 'y', 'yes']);

/** Whether a property is true by the rules of oslo.utils' `bool_from_string`: anything unknown is false. */
export function isTrue(property: unknown): boolean {
  return yes.has(String(property).trim().toLowerCase());
}

/**
 * Whether the flavor (`hw:NAME`) or the image (`hw_NAME`) asks for a feature, by the rules of today's Nova.
 * @throws VifError INVALID_REQUEST if they contradict each other
 */
export function guestFlag({ flavor, image }: GuestSpec, name: string): boolean {
  const ofFlavor = flavor.extra_specs[`hw:${name}`];
  const ofImage = image.properties[`hw_${name}`];
  const requested = [ofFlavor, ofImage].filter((value) => value !== undefined).map(isTrue);
  if (new Set(requested).size > 1) {
    const text = `The flavor's hw:${name} '${ofFlavor}' contradicts the image's hw_${name} '${ofImage}'`;
    throw new VifError('INVALID_REQUEST', text);
  }
  return requested[0] ?? false;
}

/**
 * Whether a guest's virtio cards get a queue for each vCPU, by the rules of today's Nova. A guest with one vCPU needs
 * only one queue.
 * @throws VifError INVALID_REQUEST if flavor and image contradict each other
 */
export function wantsMultiqueue(guest: GuestSpec): boolean {
  return guest.flavor.vcpus > 1 && guestFlag(guest, 'vif_multiqueue_enabled');
}

/** The network cards that each virtualization type can give a guest. */
export type CardModels = ReadonlyMap<string, readonly string[]>;

/** Spellings of card models in older images, after VMware's names. */
const legacyNames: ReadonlyMap<string, string> = new Map([
  ['virtuale1000', 'e1000'],
  ['virtuale1000e', 'e1000e'],
  ['virtualpcnet32', 'pcnet'],
  ['virtualsriovethernetcard', 'sriov'],
  ['virtualvmxnet', 'vmxnet'],
  ['virtualvmxnet3', 'vmxnet3'],
]);

/** The card model that an image asks for, if any, in today's spelling. */
export function imageModel({ properties: { hw_vif_model } }: Image): string | undefined {
  const model = hw_vif_model?.toLowerCase();
  return model === undefined ? undefined : (legacyNames.get(model) ?? model);
}

/** @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL */
export function checkModel(model: string, virtType: string, cards: CardModels): void {
  const models = cards.get(virtType);
  if (!models) {
    const known = [...cards.keys()].join(', ');
    throw new VifError(
      'UNSUPPORTED_VIRT_TYPE',
      `The virtualization type '${virtType}' is not known, so the network card '${model}' cannot be checked; ` +
        `known are ${known}`,
    );
  }
  if (!models.includes(model)) {
    throw new VifError(
      'UNSUPPORTED_MODEL',
      `The virtualization type '${virtType}' has no network card '${model}'; ` +
        (models.length > 0 ? `it has ${models.join(', ')}` : 'it takes none: leave hw_vif_model out'),
    );
  }
}

/**
 * The maximum number of queues of a tap, as Nova has it: one before Linux 3.0, 8 in 3.x, 256 in 4.x, and no limit since
 * 5.0. The kernel's own limit is still 256: a guest with more processors, and multiqueue, does not start.
 * @param kernelRelease as `uname -r` prints it
 * @throws VifError INVALID_REQUEST if it does not begin with a number
 */
export function maxTapQueues(kernelRelease: string): number {
  const major = /^\d+/.exec(kernelRelease)?.[0];
  if (major === undefined) {
    throw new VifError(
      'INVALID_REQUEST',
      `kernel_release '${kernelRelease}' does not begin with a number: give host.kernel_release as \`uname -r\` prints it`,
    );
  }
  if (Number(major) <= 2) return 1;
  if (Number(major) === 3) return 8;
  if (Number(major) === 4) return 256;
  return Number.POSITIVE_INFINITY;
}

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
  /** The virtualization types whose guests get virtio unless the image or `use_virtio_for_bridges` says otherwise. */
  readonly virtio: readonly string[];
  /** The virtualization types whose virtio cards can have several queues. */
  readonly multiqueue: readonly string[];
  /** vNIC types of devices that are passed through to the guest: no card is emulated. */
  readonly passedThrough: readonly string[];
  wantsMultiqueue(context: CardContext): boolean;
  maxQueues(host: HostCapabilities): number;
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
    maxQueues: ({ kernel_release }) => maxTapQueues(kernel_release),
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
    maxQueues: ({ max_queues, kernel_release }) => max_queues ?? maxTapQueues(kernel_release),
  },
};

/**
 * The model of a guest's emulated card; undefined if the hypervisor chooses it, or if no card is emulated.
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
 * The number of queues requested for a virtio card; undefined if nothing requests more than one.
 * @throws VifError INVALID_REQUEST if flavor and image contradict each other
 */
export function cardQueues(context: CardContext): number | undefined {
  const { multiqueue, wantsMultiqueue, maxQueues } = rules[context.routing];
  const { host, flavor } = context;
  if (!multiqueue.includes(host.virt_type) || !wantsMultiqueue(context)) return undefined;
  return Math.min(flavor.vcpus, maxQueues(host));
}

/**
 * Makes sure that a guest's card is virtio, the only model whose queues a userspace switch can share.
 * @throws VifError UNSUPPORTED_MODEL, and what {@link cardModel} throws
 */
export function requireVirtio(context: CardContext): void {
  const model = cardModel(context);
  if (model === 'virtio') return;
  const has =
    model === undefined ? `a guest of '${context.host.virt_type}' has none here` : `it is '${model}'`;
  throw new VifError(
    'UNSUPPORTED_MODEL',
    `A vhost-user socket needs a virtio card, and ${has}; set the image's hw_vif_model to virtio, on kvm or qemu`,
  );
}

/**
 * The queue support that a tap needs for its card: the kernel lets a card open a tap only with the queue mode that the
 * tap was made with.
 */
export interface TapQueues {
  /** Whether the guest's card has several queues. */
  readonly multiQueue: boolean;
  /** Whether the card can have several queues, if its VIF asks for them. */
  readonly canMultiQueue: boolean;
}

/**
 * The queue support that the guest's card needs from a tap. An unsupported card needs none: it is refused later, when
 * the device is configured.
 */
export function tapQueues(context: CardContext): TapQueues {
  const { multiqueue, maxQueues } = rules[context.routing];
  try {
    const { host } = context;
    const isAble = cardModel(context) === 'virtio' && multiqueue.includes(host.virt_type);
    const canMultiQueue = isAble && maxQueues(host) > 1;
    return { canMultiQueue, multiQueue: canMultiQueue && (cardQueues(context) ?? 1) > 1 };
  } catch {
    return { canMultiQueue: false, multiQueue: false };
  }
}
