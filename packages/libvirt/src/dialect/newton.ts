import { cardModel, cardQueues, type GuestContext } from '@vifkit/core/nova';
import type { InterfaceDriver } from '../config/interface-config.js';
import { overriddenBy } from '../front-end/front-end.js';
import type { Dialect } from './dialect.js';

/** The rules of Nova 14. */
export const newton: Dialect = {
  frontEnd(context, backend) {
    const model = cardModel(context);
    return overriddenBy(backend, { model, driver: model === 'virtio' ? virtioDriver(context) : undefined });
  },
  withMtu: [],
  // A macvtap's function has its VLAN from the plug.
  withVlan: ['hostdev'],
};

function virtioDriver(context: GuestContext): InterfaceDriver | undefined {
  // libvirt turns on vhost even for guests without KVM, where it does not work.
  if (context.host.virt_type === 'qemu') return { name: 'qemu' };
  const queues = cardQueues(context);
  return queues === undefined ? undefined : { name: 'vhost', queues };
}
