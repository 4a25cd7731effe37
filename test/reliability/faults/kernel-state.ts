import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { OpenVSwitch } from '@vifkit/testkit/bed';

const run = promisify(execFile);

/** What of links and of Open vSwitch a call may change, by what it is called. */
export type KernelState = Readonly<Record<string, unknown>>;

/** A link as `ip -details -json address` prints it. */
interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly promiscuity: number;
  readonly master?: string;
  readonly ifalias?: string;
  readonly altnames?: readonly string[];
  readonly linkinfo?: { readonly info_kind?: string };
  /** Of IP, those of global scope. */
  readonly addr_info?: readonly { readonly local: string; readonly scope: string }[];
}

const tables = {
  Bridge: 'name,datapath_type,external_ids',
  Port: 'name,tag,vlan_mode,trunks,external_ids',
  Interface: 'name,type,external_ids,options,mtu_request',
  QoS: 'type,external_ids',
};

/** Reads it by the programs that an operator would use. */
export async function readState(ovs: OpenVSwitch): Promise<KernelState> {
  const [links, rows] = await Promise.all([readLinks(), readRows(ovs)]);
  return { ...links, ...rows };
}

async function readLinks(): Promise<KernelState> {
  const { stdout } = await run('ip', ['-details', '-json', 'address']);
  const links: IpLink[] = JSON.parse(stdout);
  return Object.fromEntries(
    links.map(({ ifname, flags, mtu, promiscuity, master, ifalias, altnames, linkinfo, addr_info = [] }) => {
      const isUp = flags.includes('UP');
      const kind = linkinfo?.info_kind;
      const addresses = addr_info.filter(({ scope }) => scope === 'global').map(({ local }) => local);
      return [`link ${ifname}`, { kind, isUp, mtu, promiscuity, master, ifalias, altnames, addresses }];
    }),
  );
}

async function readRows(ovs: OpenVSwitch): Promise<KernelState> {
  const commands = Object.entries(tables).map(([table, columns]) => [`--columns=${columns}`, 'list', table]);
  const text = await ovs.vsctl(
    '--format=json',
    ...commands.flatMap((each, i) => (i ? ['--', ...each] : each)),
  );
  const answers: { data: unknown[][] }[] = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return Object.fromEntries(
    Object.keys(tables).flatMap((table, i) =>
      (answers[i]?.data ?? []).map(([name, ...others]) => [`${table} ${name}`, others]),
    ),
  );
}
