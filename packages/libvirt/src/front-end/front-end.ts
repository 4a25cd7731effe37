import type { GuestContext, HostCapabilities } from '@vifkit/core';
import type { InterfaceDriver } from '../config/interface-config.js';
import { checkModel } from './card-models.js';
import { isTrue } from './flag.js';
import { maxTapQueues } from './tap-queues.js';

/** The guest's side of an interface. Where it says nothing, libvirt chooses. */
export interface FrontEnd {
  readonly model: string | undefined;
  readonly driver: InterfaceDriver | undefined;
}

/**
 * The guest's side of an interface, from the image's properties and the host.
 * @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL, INVALID_REQUEST
 */
export function frontEnd(context: GuestContext): FrontEnd {
  const { image, host } = context;
  const model = image.properties.hw_vif_model ?? defaultModel(host);
  if (model !== undefined) checkModel(model, host.virt_type);
  return { model, driver: model === 'virtio' ? virtioDriver(context) : undefined };
}

function defaultModel(host: HostCapabilities): string | undefined {
  const emulatesVirtio = host.virt_type === 'kvm' || host.virt_type === 'qemu';
  return emulatesVirtio && host.use_virtio_for_bridges ? 'virtio' : undefined;
}

function virtioDriver({ image, flavor, host }: GuestContext): InterfaceDriver | undefined {
  // libvirt turns on vhost even for guests without KVM, where it does not work.
  if (host.virt_type === 'qemu') return { name: 'qemu' };
  if (host.virt_type !== 'kvm' || !isTrue(image.properties.hw_vif_multiqueue_enabled)) return undefined;
  return { name: 'vhost', queues: Math.min(flavor.vcpus, maxTapQueues(host.kernel_release)) };
}
