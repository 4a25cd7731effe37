import { type GuestContext, type HostCapabilities, isTrue } from '@vifkit/core';
import type { InterfaceDriver } from '../config/interface-config.js';
import { type CardModels, checkModel, imageModel } from '../front-end/card-models.js';
import { overriddenBy } from '../front-end/front-end.js';
import { maxTapQueues } from '../front-end/tap-queues.js';
import type { Dialect } from './dialect.js';

const qemuModels = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'spapr-vlan'];

const cards: CardModels = new Map([
  ['qemu', qemuModels],
  ['kvm', qemuModels],
  ['xen', ['netfront', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000']],
  ['lxc', []],
  ['uml', []],
]);

/** The rules of Nova 14. */
export const newton: Dialect = {
  frontEnd(context, backend) {
    const { image, host } = context;
    const model = imageModel(image) ?? defaultModel(host);
    if (model !== undefined) checkModel(model, host.virt_type, cards);
    return overriddenBy(backend, { model, driver: model === 'virtio' ? virtioDriver(context) : undefined });
  },
  withMtu: [],
  // A macvtap's function has its VLAN from the plug.
  withVlan: ['hostdev'],
};

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
