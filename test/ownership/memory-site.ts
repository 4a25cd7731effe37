import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost, type PciFunctions } from '@vifkit/testkit';
import { vf } from './requests.js';
import type { DriverOptions, Filter, Link, Port, Site } from './site.js';

/** The cases' host in memory. */
export async function memorySite(): Promise<Site> {
  const cards: Record<string, PciFunctions[string]> = {};
  const host = memoryHost({
    ovsBridges: ['br-int'],
    links: [...['eth2', 'enp3s0r0'].map((name) => ({ name })), { name: 'br-lab', type: 'bridge', up: true }],
    pci: cards,
  });
  const before = new Set(Object.keys(host.links.snapshot()));
  const plugins = await builtInPlugins();
  const change = async (...changes: Parameters<typeof host.ovs.commit>[0]) => {
    const [outcome] = await host.ovs.commit(changes, new Deadline(10_000).signal);
    if (outcome) throw outcome;
  };
  const put = (name: string, more: object) => {
    const { bridge = '' } = host.ovs.snapshot().ports[name] ?? {};
    const common = { kind: 'putPort', owner: '', name, bridge, portExternalIds: {}, wired: false } as const;
    return change({ ...common, settings: {}, ...more });
  };
  return {
    async driver({ perPortBridge = false, representor }: DriverOptions = {}) {
      if (representor !== undefined) {
        const card = { pf: 'ens1', index: 2 };
        cards[vf] = { ...card, representor: { pfAddress: '0000:03:00.0', netDevice: representor } };
      }
      const options = { ovs: { per_port_bridge: perPortBridge } };
      return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, options });
    },
    async ports() {
      const { ports, bridges } = host.ovs.snapshot();
      const own = Object.entries(ports).filter(([name]) => !(name in bridges));
      return Object.fromEntries(
        own.map(([name, { bridge, tag, externalIds, interface: its }]): [string, Port] => {
          const [interfaceId, vifId] = [its?.externalIds['iface-id'], externalIds['vifkit-vif']];
          return [
            name,
            {
              bridge,
              ...(tag !== undefined && { tag }),
              ...(interfaceId !== undefined && { interfaceId }),
              ...(vifId !== undefined && { vifId }),
            },
          ];
        }),
      );
    },
    bridges: async () => Object.keys(host.ovs.snapshot().bridges),
    async links() {
      const links = Object.entries(host.links.snapshot()).filter(([name]) => !before.has(name));
      return Object.fromEntries(
        links.map(([name, { alias, up }]): [string, Link] => [
          name,
          { up, ...(alias !== undefined && { alias }) },
        ]),
      );
    },
    isUp: async (link) => host.links.snapshot()[link]?.up ?? false,
    async makeTap(name) {
      host.links.kernel.put({ name, type: 'tap', tap: { multiQueue: false } });
    },
    async setUp(name) {
      await host.links.write([{ op: 'set', name, attributes: { up: true } }], new Deadline(10_000).signal);
    },
    unmarkPort: (name) => put(name, { marks: { 'vifkit-vif': null } }),
    async unmarkLink(name) {
      await host.links.write([{ op: 'set', name, attributes: {}, alias: '' }], new Deadline(10_000).signal);
    },
    setTag: (name, tag) => put(name, { settings: { tag } }),
    async filters() {
      return Object.fromEntries(
        Object.entries(host.filters.snapshot()).map(([name, { addresses, vifId }]): [string, Filter] => [
          name,
          { addresses, ...(vifId !== undefined && { vifId }) },
        ]),
      );
    },
    async unmarkFilter(name) {
      const runner = host.runners.find(({ kinds }) => kinds.includes('guestFilter'));
      const { vifId = '', ...to } = host.filters.snapshot()[name] ?? {};
      const step = { kind: 'guestFilterAbsent', name } as const;
      await runner?.apply([{ step, vifId, change: { from: undefined, to } }], new Deadline(10_000).signal);
    },
    async giveAddress(name, address) {
      host.links.kernel.links.get(name)?.addresses.push({ address, options: [] });
    },
    close: () => host.close(),
  };
}
