import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHost, type MemoryHostOptions, memoryHost } from '@vifkit/testkit';

const plugins = await builtInPlugins();

/** A driver with all built-in plugins, for a host that is there. */
export function driverFor(host: MemoryHost) {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, routing: 'current' });
}

/** A host in memory with one Open vSwitch bridge, and a driver with all built-in plugins. */
export function start(options: MemoryHostOptions = {}) {
  const host = memoryHost({ ovsBridges: ['br-int'], ...options });
  return { host, driver: driverFor(host) };
}

export const idOf = (number: number) =>
  `9b2d1e${String(number).padStart(2, '0')}-704c-4c9f-8e1d-306f8ba25d02`;
export const tapOf = (number: number) => `tap${idOf(number).slice(0, 11)}`;

/** A request for a VIF of a number; `ovs`, with a port that the plug makes, unless it says otherwise. */
export function request(number: number, details: object = {}, more: object = {}) {
  const network = { id: '7d20812c-b5c3-4e75-ae90-2f513c4d6e03', bridge: 'br-int', subnets: [], meta: {} };
  const address = `fa:16:3e:10:00:${String(number).padStart(2, '0')}`;
  const own = { id: idOf(number), address, devname: tapOf(number), type: 'ovs', network };
  return {
    vif: { ...own, details: { port_filter: true, ...details }, ...more },
    instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000001' },
  };
}

/** A hybrid VIF, of whose bridge and veth pair the plug makes all. */
export const hybrid = (number: number) => request(number, { ovs_hybrid_plug: true });

export const linuxBridge = (number: number, details: object = {}, meta: object = {}) => {
  const network = { id: '7d20812c-b5c3-4e75-ae90-2f513c4d6e03', bridge: 'br-lan', subnets: [], meta };
  return request(number, details, { type: 'bridge', network });
};
