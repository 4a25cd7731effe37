import type { Peer } from './peer.js';

/** All that a plug may leave: what is so, by what it is said of. */
export type Observation = ReadonlyMap<string, unknown>;

interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address: string;
  readonly ifalias?: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Record<string, unknown> };
}

/** Open vSwitch's own link, and the loopback. */
const notOurs = ['lo', 'ovs-netdev'];

/** The settings of a Linux bridge that one of the two sides sets. */
const bridgeSettings = ['forward_delay', 'stp_state', 'mcast_snooping', 'ageing_time'];
const tapSettings = ['type', 'multi_queue', 'persist', 'vnet_hdr'];

/**
 * What ovs-vswitchd reports rather than is told, by table; and `_uuid` and the like, which are made up. What
 * it makes of an interface is told by `ofport`.
 */
const reported: Readonly<Record<string, readonly string[]>> = {
  Bridge: ['datapath_id', 'datapath_version', 'status', 'rstp_status'],
  Port: ['statistics', 'status', 'rstp_status', 'rstp_statistics', 'bond_active_slave', 'mac'],
  Interface: [
    'admin_state',
    'link_state',
    'link_resets',
    'link_speed',
    'duplex',
    'statistics',
    'status',
    'mac_in_use',
    'ifindex',
    'mtu',
    'error',
    'lacp_current',
    'bfd_status',
    'cfm_fault',
    'cfm_fault_status',
    'cfm_flap_count',
    'cfm_health',
    'cfm_mpid',
    'cfm_remote_mpids',
    'cfm_remote_opstate',
  ],
  QoS: [],
};

export async function observe(peer: Peer): Promise<Observation> {
  return new Map([...(await links(peer)), ...(await rows(peer))]);
}

async function links({ namespace }: Peer): Promise<[string, unknown][]> {
  const all: IpLink[] = JSON.parse(await namespace.run('ip', '-details', '-json', 'link'));
  const ours = all.filter(({ ifname }) => !notOurs.includes(ifname));
  const facts = await Promise.all(
    ours.map(async (link): Promise<[string, unknown][]> => {
      const { ifname, flags, mtu, address, ifalias, master, linkinfo } = link;
      const conf = (path: string) => namespace.run('cat', `/proc/sys/net/${path}`).then(Number);
      const data = linkinfo?.info_data ?? {};
      const isTap = linkinfo?.info_kind === 'tun';
      const settings = linkinfo?.info_kind === 'bridge' ? bridgeSettings : isTap ? tapSettings : [];
      return Object.entries({
        exists: true,
        kind: linkinfo?.info_kind ?? '',
        up: flags.includes('UP'),
        promisc: flags.includes('PROMISC'),
        mtu,
        // Bridges and veth pairs have addresses at random.
        ...(isTap && ifname.startsWith('tap') && { address }),
        alias: ifalias,
        master,
        disable_ipv6: await conf(`ipv6/conf/${ifname}/disable_ipv6`),
        arp_ignore: await conf(`ipv4/conf/${ifname}/arp_ignore`),
        arp_announce: await conf(`ipv4/conf/${ifname}/arp_announce`),
        ...Object.fromEntries(settings.map((name) => [name, data[name]])),
      }).map(([name, value]) => [`link ${ifname} ${name}`, value]);
    }),
  );
  return facts.flat();
}

type Row = Readonly<Record<string, unknown>>;

/** All rows of the tables in which a port is, but for what ovs-vswitchd reports; rows are called by their names. */
async function rows({ ovs }: Peer): Promise<[string, unknown][]> {
  const tables = await Promise.all(
    Object.keys(reported).map(async (table) => {
      const { headings, data } = JSON.parse(await ovs.vsctl('--format=json', 'list', table));
      const found = (data as unknown[][]).map((row): Row => {
        return Object.fromEntries((headings as string[]).map((heading, i) => [heading, row[i]]));
      });
      return [table, found] as const;
    }),
  );
  const names = new Map(
    tables.flatMap(([table, found]) => found.map((row) => [String(row._uuid), `${table} ${nameOf(row)}`])),
  );
  return tables.flatMap(([table, found]) =>
    found.flatMap((row) =>
      Object.entries(row)
        .filter(([column]) => !['_uuid', 'name', ...(reported[table] ?? [])].includes(column))
        .flatMap(([column, value]) => facts(`${table} ${nameOf(row)} ${column}`, column, value, names)),
    ),
  );
}

/** A QoS row is called by os-vif's marks: vifkit adds its own. */
function nameOf({ name, external_ids }: Row): string {
  if (typeof name === 'string') return name;
  const [, pairs] = external_ids as [string, [string, string][]];
  return JSON.stringify(pairs.filter(([key]) => !key.startsWith('vifkit')));
}

/** A column is a fact; one that is a map is a fact a key. */
function facts(
  path: string,
  column: string,
  value: unknown,
  names: ReadonlyMap<string, string>,
): [string, unknown][] {
  if (column === 'ofport') return [[path, typeof value === 'number' && value > 0 ? 'open' : 'not open']];
  if (!Array.isArray(value)) return [[path, value]];
  const [tag, content] = value as [string, unknown[]];
  if (tag === 'uuid') return [[path, names.get(String(value))]];
  if (tag === 'map')
    return content.map((pair) => [`${path}:${(pair as string[])[0]}`, (pair as string[])[1]]);
  return [[path, content.map((each) => (Array.isArray(each) ? names.get(String(each)) : each)).sort()]];
}
