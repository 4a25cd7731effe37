import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OpenVSwitch } from '@vifkit/testkit/bed';

const run = promisify(execFile);

/** All that an operator can see of links and of Open vSwitch, by what it is called. */
export type WholeState = Readonly<Record<string, unknown>>;

/** What changes by itself, or is only counted. */
const volatile =
  /^(ifindex|link_index|\w+_timer|valid_life_time|preferred_life_time|tentative|operstate|topology_change\w*|bridge_id|designated_\w+|root_\w+|no|id|port_no|link_netnsid|promiscuity|qdisc|expires|tso_max_size|tso_max_segs|state|flags|\w*uuid)$/;

/** Columns that ovs-vswitchd and the server write. */
const reported =
  /^(_uuid|_version|admin_state|duplex|ifindex|lacp_current|link_\w+|mac_in_use|statistics|status|rstp_\w+|ofport|mtu|error|cur_cfg|next_cfg|last_change|bfd_status|cfm_\w+|is_connected|role)$/;

/** Reads it by the programs that an operator would use. */
export async function readWholeState(ovs?: OpenVSwitch): Promise<WholeState> {
  const [links, members, vlans, routes, routes6, rules, rows] = await Promise.all([
    json('ip', '-details', '-json', 'address'),
    json('bridge', '-details', '-json', 'link'),
    json('bridge', '-json', 'vlan'),
    json('ip', '-json', 'route', 'show', 'table', 'all'),
    json('ip', '-6', '-json', 'route', 'show', 'table', 'all'),
    json('ip', '-json', 'rule'),
    ovs ? readRows(ovs) : {},
  ]);
  const settings = await Promise.all(
    links.map(async ({ ifname }) => [ifname, await readSettings(String(ifname))]),
  );
  const byName = (kind: string, rows: readonly Row[]) =>
    Object.fromEntries(rows.map((row) => [`${kind} ${row.ifname}`, { ...settled(row), isUp: isUp(row) }]));
  return {
    ...byName('link', links),
    ...byName('member', members),
    ...byName('vlans', vlans),
    ...Object.fromEntries(settings.map(([name, all]) => [`settings ${name}`, all])),
    routes: settled(routes).toSorted(byText),
    routes6: settled(routes6).toSorted(byText),
    rules: settled(rules),
    ...rows,
  };
}

type Row = Readonly<Record<string, unknown>>;

const byText = (a: unknown, b: unknown) => JSON.stringify(a).localeCompare(JSON.stringify(b));

async function json(program: string, ...args: string[]): Promise<Row[]> {
  return JSON.parse((await run(program, args)).stdout || '[]');
}

function isUp({ flags }: Row): boolean {
  return Array.isArray(flags) && flags.includes('UP');
}

/** The same without what changes by itself. */
function settled<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, each) => (volatile.test(key) ? undefined : each)));
}

async function readSettings(name: string): Promise<Row> {
  const folders = ['ipv4', 'ipv6'].map((family) => `/proc/sys/net/${family}/conf/${name}`);
  const all = await Promise.all(
    folders.map(async (folder) => {
      const files = await readdir(folder).catch(() => []);
      return Promise.all(
        files.map(async (file) => [
          join(folder, file),
          await readFile(join(folder, file), 'utf8').catch(() => 'unreadable'),
        ]),
      );
    }),
  );
  return Object.fromEntries(all.flat());
}

const tables = ['Bridge', 'Port', 'Interface', 'QoS', 'Queue', 'Open_vSwitch'];

async function readRows(ovs: OpenVSwitch): Promise<WholeState> {
  const ports: Record<string, string> = {};
  for (const bridge of (await ovs.vsctl('list-br')).split('\n').filter(Boolean)) {
    for (const port of (await ovs.vsctl('list-ports', bridge)).split('\n').filter(Boolean)) {
      ports[`place ${port}`] = bridge;
    }
  }
  const all = await Promise.all(
    tables.map(async (table) => {
      const { headings, data }: { headings: string[]; data: unknown[][] } = JSON.parse(
        await ovs.vsctl('--format=json', 'list', table),
      );
      const rows = data.map((row) =>
        Object.fromEntries(
          headings.flatMap((column, i) => (reported.test(column) ? [] : [[column, withoutIds(row[i])]])),
        ),
      );
      return rows.map((row, i): [string, unknown] => [
        `${table} ${row.name ?? JSON.stringify(row.external_ids)} ${row.name ? '' : i}`,
        row,
      ]);
    }),
  );
  return { ...ports, ...Object.fromEntries(all.flat()) };
}

/** References to rows: one that is restored has another id. */
function withoutIds(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll(/\["uuid","[-0-9a-f]+"\]/g, '"a row"');
  return JSON.parse(text);
}
