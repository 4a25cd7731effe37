import { VifError } from '../errors/vif-error.js';
import type { Flavor, HostCapabilities, Image, Routing } from './request.js';

/** What a guest is made from. */
interface GuestMakings {
  readonly flavor: Flavor;
  readonly image: Image;
}

const yes = new Set(['1', 't', 'true', 'on', 'y', 'yes']);

/** Whether a property says yes, as oslo.utils' `bool_from_string` reads it: anything unknown is a no. */
export function isTrue(property: unknown): boolean {
  return yes.has(String(property).trim().toLowerCase());
}

/**
 * A feature that flavor (`hw:NAME`) or image (`hw_NAME`) may ask for, by the rules of today's Nova.
 * @throws VifError INVALID_REQUEST if one says yes and the other no
 */
export function guestFlag({ flavor, image }: GuestMakings, name: string): boolean {
  const ofFlavor = flavor.extra_specs[`hw:${name}`];
  const ofImage = image.properties[`hw_${name}`];
  const said = [ofFlavor, ofImage].filter((value) => value !== undefined).map(isTrue);
  if (new Set(said).size > 1) {
    const text = `The flavor's hw:${name} '${ofFlavor}' contradicts the image's hw_${name} '${ofImage}'`;
    throw new VifError('INVALID_REQUEST', text);
  }
  return said[0] ?? false;
}

/**
 * Whether a guest's virtio cards are to have a queue for each vCPU, by the rules of today's Nova: one vCPU has no use
 * for several.
 * @throws VifError INVALID_REQUEST if flavor and image contradict each other
 */
export function wantsMultiqueue(guest: GuestMakings): boolean {
  return guest.flavor.vcpus > 1 && guestFlag(guest, 'vif_multiqueue_enabled');
}

/** The network cards that each virtualization type can give a guest. */
export type CardModels = ReadonlyMap<string, readonly string[]>;

/** How older images spell cards, after VMware's names of them. */
const legacyNames: ReadonlyMap<string, string> = new Map([
  ['virtuale1000', 'e1000'],
  ['virtuale1000e', 'e1000e'],
  ['virtualpcnet32', 'pcnet'],
  ['virtualsriovethernetcard', 'sriov'],
  ['virtualvmxnet', 'vmxnet'],
  ['virtualvmxnet3', 'vmxnet3'],
]);

/** The card that an image asks for, if it does, in today's spelling. */
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
      `The virtualization type '${virtType}' is not known, so whether it has network card '${model}' is not ` +
        `either; known are ${known}`,
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
 * How many queues the kernel gives a tap at most: one before Linux 3.0, 8 in 3.x, 256 in 4.x, and as many as
 * the memory allows since.
 * @param kernelRelease as `uname -r` prints it
 * @throws VifError INVALID_REQUEST if it does not begin with a number
 */
export function maxTapQueues(kernelRelease: string): number {
  const major = /^\d+/.exec(kernelRelease)?.[0];
  if (major === undefined) {
    throw new VifError('INVALID_REQUEST', `kernel_release '${kernelRelease}' does not begin with a number`);
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
