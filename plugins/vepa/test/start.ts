import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import vepa from '../src/index.js';

/** A driver with the package's plugins, on a host in memory. */
export function start(options?: MemoryHostOptions) {
  const guests = new LibvirtGuestConfigurator();
  return createVifDriver({ host: memoryHost(options), guests, plugins: [vepa] });
}
