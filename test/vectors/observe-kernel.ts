import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { OpenVSwitch } from '@vifkit/testkit/bed';
import type { Observation } from './expectation.js';
import type { ExpectedLink, ExpectedPort } from './rows.js';

const run = promisify(execFile);

/** A link as `ip -details -json` prints it. */
export interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address: string;
  readonly master?: string;
  readonly link?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Record<string, unknown> };
}

/** Reads the kernel's links and Open vSwitch's ports, by the programs that an operator would use. */
export async function observeKernel(ovs: OpenVSwitch): Promise<Observation> {
  const { stdout } = await run('ip', ['-details', '-json', 'link']);
  const links: Record<string, ExpectedLink> = {};
  for (const link of JSON.parse(stdout) as IpLink[]) {
    if (link.ifname === 'lo' || link.ifname === 'ovs-netdev') continue;
    const ipv6 = await readFile(`/proc/sys/net/ipv6/conf/${link.ifname}/disable_ipv6`, 'utf8');
    links[link.ifname] = linkOf(link, ipv6.trim() === '1');
  }
  const ports: Record<string, ExpectedPort> = {};
  const bridges: Record<string, { datapath_type: string }> = {};
  for (const bridge of await lines(ovs, 'list-br')) {
    bridges[bridge] = { datapath_type: (await ovs.vsctl('get', 'Bridge', bridge, 'datapath_type')).trim() };
    for (const port of await lines(ovs, 'list-ports', bridge)) ports[port] = await portOf(ovs, bridge, port);
  }
  return { links, ports, bridges };
}

/** A link in the rows' words. */
export function linkOf(
  { flags, mtu, address, master, link, linkinfo }: IpLink,
  disable_ipv6: boolean,
): ExpectedLink {
  const data = linkinfo?.info_data ?? {};
  const kind = linkinfo?.info_kind;
  return {
    kind: kind === 'tun' ? String(data.type) : (kind ?? ''),
    up: flags.includes('UP'),
    mtu,
    address,
    promisc: flags.includes('PROMISC'),
    disable_ipv6,
    ...(master !== undefined && { master }),
    ...(link !== undefined && (kind === 'vlan' ? { link, id: Number(data.id) } : { peer: link })),
    ...(kind === 'bridge' && {
      forward_delay: Number(data.forward_delay),
      stp: data.stp_state !== 0,
      multicast_snooping: data.mcast_snooping !== 0,
    }),
  };
}

async function portOf(ovs: OpenVSwitch, bridge: string, port: string): Promise<ExpectedPort> {
  const json = await ovs.vsctl('--format=json', '--columns=type,external_ids', 'find', 'Interface', `name=${port}`);
  const [[type, [, pairs]]] = JSON.parse(json).data as [[string, ['map', [string, string][]]]];
  return { bridge, type, external_ids: Object.fromEntries(pairs) };
}

async function lines(ovs: OpenVSwitch, ...args: string[]): Promise<string[]> {
  return (await ovs.vsctl(...args)).split('\n').filter(Boolean);
}
