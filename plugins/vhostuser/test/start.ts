import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import vhostUser from '../src/index.js';
import { fpVdev } from './fp-vdev.js';

/** A driver with the package's plugin, on a host in memory with a bridge and 6WIND's tool. */
export function start(hostOptions: MemoryHostOptions = {}, options: object = {}) {
  const host = memoryHost({ ovsBridges: ['br-int'], commands: { 'fp-vdev': fpVdev }, ...hostOptions });
  const guests = new LibvirtGuestConfigurator();
  const driver = createVifDriver({ host, guests, plugins: [vhostUser], options: { vhostuser: options } });
  return { host, driver };
}
