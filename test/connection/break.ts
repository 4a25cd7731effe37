import { type ModeName, mac, tap } from './modes.js';
import type { Site } from './site.js';

/** One way to break a path while its guest runs. */
export interface Break {
  readonly mode: ModeName;
  /** What is done, in words. */
  readonly what: string;
  readonly does: (site: Site) => Promise<unknown>;
  /** The leg that is to be told, and its name; or that the step of the plan differs. */
  readonly leg: string;
  /** What a plug comes to: it mends it, it is refused, or it leaves it, and tells. */
  readonly plug: 'mends' | 'fails' | 'tells';
}

export const ip = (words: string) => (site: Site) => site.ip(words);
export const vsctl =
  (...words: string[]) =>
  async (site: Site) => {
    await site.run('ovs-vsctl', `--db=${site.ovs.endpoint}`, '--timeout=20', ...words);
  };
export const nft =
  (...words: string[]) =>
  (site: Site) =>
    site.run('nft', ...words);
export const all =
  (...parts: ((site: Site) => Promise<unknown>)[]) =>
  async (site: Site) => {
    for (const part of parts) await part(site);
  };

/** A patch port of br-int whose other end does not exist. */
const addLooseWayOut = vsctl(
  ...['add-port', 'br-int', 'out0'],
  ...['--', 'set', 'Interface', 'out0', 'type=patch', 'options:peer=in0'],
);

export function rows(mode: ModeName, ...breaks: Omit<Break, 'mode'>[]): Break[] {
  return breaks.map((each) => ({ mode, ...each }));
}

export const memberBreaks = (mode: ModeName, bridge: string): Break[] =>
  rows(
    mode,
    {
      what: 'its tap is taken out of the bridge',
      does: ip(`link set dev ${tap} nomaster`),
      leg: `bridgeMember ${tap}`,
      plug: 'mends',
    },
    {
      what: 'its tap is in another bridge',
      does: all(ip('link add name br-other type bridge'), ip(`link set dev ${tap} master br-other`)),
      leg: `bridgeMember ${tap}`,
      plug: 'fails',
    },
    { what: 'its tap is down', does: ip(`link set dev ${tap} down`), leg: `guestLink ${tap}`, plug: 'mends' },
    {
      what: "its tap's MTU is small",
      does: ip(`link set dev ${tap} mtu 1300`),
      leg: `guestLink ${tap}`,
      plug: 'mends',
    },
    {
      what: 'the bridge is down',
      does: ip(`link set dev ${bridge} down`),
      leg: `bridge ${bridge}`,
      plug: 'mends',
    },
    {
      what: "its tap has the guest's MAC address",
      does: ip(`link set dev ${tap} address ${mac}`),
      leg: `guestLink ${tap}`,
      plug: 'tells',
    },
    {
      what: "the bridge has the guest's MAC address",
      does: ip(`link set dev ${bridge} address ${mac}`),
      leg: `bridge ${bridge}`,
      plug: 'tells',
    },
    {
      what: 'the bridge takes nothing from its tap',
      does: ip(`link set dev ${tap} type bridge_slave locked on`),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
    {
      what: 'the bridge answers ARP for its tap',
      does: ip(`link set dev ${tap} type bridge_slave proxy_arp on`),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
    {
      what: 'the bridge does not flood to its tap',
      does: ip(`link set dev ${tap} type bridge_slave bcast_flood off`),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
  );

export const wired = (mode: ModeName, plug: Break['plug']): Break[] =>
  rows(
    mode,
    {
      what: 'ovs-vswitchd is dead',
      does: (site) => site.ovs.vswitchd.stop(),
      leg: 'vswitchd ovs-vswitchd',
      plug,
    },
    {
      what: 'the bridge is gone',
      does: vsctl('del-br', 'br-int'),
      leg: 'ovsBridge br-int',
      plug: 'mends',
    },
  );

export const portBreaks = (mode: ModeName, port: string): Break[] =>
  rows(
    mode,
    { what: 'the port is deleted', does: vsctl('del-port', port), leg: `ovsPort ${port}`, plug: 'mends' },
    {
      what: "the port's iface-id is gone",
      does: vsctl('remove', 'Interface', port, 'external_ids', 'iface-id'),
      leg: `ovsPort ${port}`,
      plug: 'mends',
    },
    {
      what: "the port's attached-mac is another",
      does: vsctl('set', 'Interface', port, 'external_ids:attached-mac="fa:16:3e:00:00:00"'),
      leg: `ovsPort ${port}`,
      plug: 'mends',
    },
    {
      what: 'the port is in the dead VLAN',
      does: vsctl('set', 'Port', port, 'tag=4095'),
      leg: `ovsPort ${port}`,
      plug: 'tells',
    },
    {
      what: 'the port is a trunk of the dead VLAN',
      does: vsctl('set', 'Port', port, 'vlan_mode=trunk', 'trunks=4095'),
      leg: `ovsPort ${port}`,
      plug: 'tells',
    },
    {
      what: 'the port gets frames of its VLAN tagged',
      does: vsctl('set', 'Port', port, 'vlan_mode=native-tagged', 'tag=5'),
      leg: `ovsPort ${port}`,
      plug: 'tells',
    },
    {
      what: 'the port is the output of a mirror',
      does: vsctl(
        ...['--id=@port', 'get', 'Port', port, '--'],
        ...['--id=@m', 'create', 'Mirror', 'name=m0', 'select_all=true', 'output-port=@port', '--'],
        ...['set', 'Bridge', 'br-int', 'mirrors=@m'],
      ),
      leg: `ovsPort ${port}`,
      plug: 'tells',
    },
    {
      what: 'the way out has no other end',
      does: addLooseWayOut,
      leg: 'ovsBridge br-int',
      plug: 'tells',
    },
    {
      what: 'the port and the way out are protected',
      does: all(
        vsctl('set', 'Port', port, 'protected=true'),
        addLooseWayOut,
        vsctl('set', 'Port', 'out0', 'protected=true'),
      ),
      leg: `ovsPort ${port}`,
      plug: 'tells',
    },
    {
      what: 'the port is on another bridge',
      does: all(
        vsctl('add-br', 'br-other', '--', 'set', 'Bridge', 'br-other', 'datapath_type=netdev'),
        vsctl('del-port', port, '--', 'add-port', 'br-other', port),
      ),
      leg: `ovsPort ${port}`,
      plug: 'mends',
    },
  );
