import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost, type PciFunctions } from '@vifkit/testkit';
import { otherVf, vf } from './requests.js';
import type { DriverOptions, Filter, Link, Port, Site } from './site.js';

/** The cases' host in memory. */
export async function memorySite(): Promise<Site> {
  const cards: Record<string, PciFunctions[string]> = {};
  const host = memoryHost({
    ovsBridges: ['br-int'],
    links: [
      ...['eth2', 'eth3', 'eth4', 'enp3s0r0'].map((name) => ({ name })),
      { name: 'br-lab', type: 'bridge', up: true },
    ],
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
  const set = async (name: string, setting: { readonly attributes: object; readonly alias?: string }) => {
    await host.links.write([{ op: 'set', name, ...setting }], new Deadline(10_000).signal);
  };
  return {
    async driver({ perPortBridge = false, representor, otherRepresentor }: DriverOptions = {}) {
      const put = (address: string, index: number, netDevice: string) => {
        cards[address] = { pf: 'ens1', index, representor: { pfAddress: '0000:03:00.0', netDevice } };
      };
      if (representor !== undefined) put(vf, 2, representor);
      if (otherRepresentor !== undefined) put(otherVf, 3, otherRepresentor);
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
        links.map(([name, { alias, master, up }]): [string, Link] => [
          name,
          { up, ...(alias !== undefined && { alias }), ...(master !== undefined && { master }) },
        ]),
      );
    },
    isUp: async (link) => host.links.snapshot()[link]?.up ?? false,
    async makeTap(name) {
      host.links.kernel.put({ name, type: 'tap', tap: { multiQueue: false } });
    },
    async makeBridge(name) {
      host.links.kernel.put({ name, type: 'bridge', up: true });
    },
    addPort: (name, type) => put(name, { bridge: 'br-int', settings: { type } }),
    async openTap(name) {
      const open = (isOpen: boolean) => {
        const link = host.links.kernel.links.get(name);
        if (link?.tap) link.tap = { ...link.tap, isOpen };
      };
      open(true);
      return async () => open(false);
    },
    setUp: (name) => set(name, { attributes: { up: true } }),
    setAlias: (name, alias) => set(name, { attributes: {}, alias }),
    unmarkPort: (name) => put(name, { marks: { 'vifkit-vif': null } }),
    unmarkLink: (name) => set(name, { attributes: {}, alias: '' }),
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
