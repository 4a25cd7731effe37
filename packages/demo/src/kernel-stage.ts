import { openHost } from '@vifkit/host';
import { listLinks, type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { areInstalled, canMakeTaps } from './programs.js';
import type { Rehearsal } from './rehearsal.js';
import { inventory, isShared, type Props, type Stage } from './stage.js';

const switchPrograms = ['ovsdb-server', 'ovsdb-tool', 'ovs-vswitchd', 'ovs-vsctl'] as const;

/** The kernel of this machine, in the namespace that this process runs in. */
export async function kernelStage({ bridges, links }: Props): Promise<Stage> {
  for (const name of links) await execa('ip', ['link', 'add', 'name', name, 'type', 'veth']);
  const ovs = await startSwitch(bridges);
  const host = openHost({ ovsdb: ovs?.endpoint });
  const withSwitch = ovs ? ` and an Open vSwitch of its own (datapath type ${ovs.datapathType})` : '';
  return {
    title: `this machine's kernel, in a network namespace of its own${withSwitch}`,
    host,
    async inventory() {
      const ports = await ovs?.vsctl('--columns=name', '--format=csv', '--no-headings', 'list', 'Port');
      return inventory(listLinks(), (ports ?? '').split('\n').filter(Boolean));
    },
    async removeShared() {
      const { stdout } = await execa('ip', ['-json', 'link']);
      const shared = (JSON.parse(stdout) as IpLink[]).filter(({ ifalias }) => isShared({ alias: ifalias }));
      for (const { ifname } of shared) await execa('ip', ['link', 'delete', 'dev', ifname]);
      return shared.map(({ ifname }) => ifname);
    },
    async close() {
      await host.close();
      await ovs?.stop();
    },
  };
}

interface IpLink {
  readonly ifname: string;
  readonly ifalias?: string;
}

async function startSwitch(bridges: readonly string[]): Promise<OpenVSwitch | undefined> {
  if (bridges.length === 0 || !areInstalled(...switchPrograms)) return undefined;
  // The userspace datapath's local ports are taps; its dummy's are none, and veths are real on both.
  const ovs = await startOpenVSwitch({ dummy: !canMakeTaps() });
  for (const name of bridges) {
    await ovs.vsctl('add-br', name, '--', 'set', 'Bridge', name, `datapath_type=${ovs.datapathType}`);
    await ovs.vsctl('wait-until', 'Interface', name, 'ofport>0');
  }
  return ovs;
}

/** Why a request cannot be shown on the kernel, if so. */
export function lackFor({ bridges, makesTap }: Rehearsal): string | undefined {
  if (!areInstalled('ip')) return 'the program ip (iproute2) is not installed';
  if (makesTap && !canMakeTaps()) return 'this user may not open /dev/net/tun';
  if (bridges.length > 0 && !areInstalled(...switchPrograms)) return 'Open vSwitch is not installed';
  return undefined;
}
