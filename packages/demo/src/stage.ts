import type { Host } from '@vifkit/core';
import { openHost } from '@vifkit/host';
import { memoryHost } from '@vifkit/testkit';
import { listLinks, type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { areInstalled, canMakeTaps } from './programs.js';

/** A host to show VIFs on. */
export interface Stage {
  /** What it is: a phrase for the reader. */
  readonly title: string;
  readonly host: Host;
  /** The names of its links, and of its Open vSwitch ports. */
  inventory(): Promise<readonly string[]>;
  /** Removes what plugging leaves for other VIFs of the network: bridges that are shared. */
  removeShared(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Links and Open vSwitch in memory: for what cannot be had here. */
export function memoryStage(bridges: readonly string[]): Stage {
  const host = memoryHost({ ovsBridges: bridges.map((name) => ({ name })) });
  return {
    title: 'an in-memory host',
    host,
    inventory: async () =>
      inventory(Object.keys(host.links.snapshot()), Object.keys(host.ovs.snapshot().ports)),
    async removeShared() {
      const links = Object.values(host.links.snapshot());
      const shared = links.filter(isShared).map(({ name }) => name);
      await host.links.write(
        shared.map((name) => ({ op: 'delete', name })),
        AbortSignal.timeout(1000),
      );
      return shared;
    },
    close: () => host.close(),
  };
}

/** The kernel of this machine, in the namespace that this process runs in. */
export async function kernelStage(bridges: readonly string[]): Promise<Stage> {
  const ovs = await startSwitch(bridges);
  const host = openHost({ ovsdb: ovs?.endpoint ?? 'unix:/nonexistent' });
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
      const links: { ifname: string; ifalias?: string }[] = JSON.parse(stdout || '[]');
      const shared = links.filter(({ ifalias }) => isShared({ alias: ifalias })).map(({ ifname }) => ifname);
      for (const name of shared) await execa('ip', ['link', 'delete', 'dev', name]);
      return shared;
    },
    async close() {
      await host.close();
      await ovs?.stop();
    },
  };
}

function inventory(links: readonly string[], ports: readonly string[]): string[] {
  return [...links.map((name) => `link ${name}`), ...ports.map((name) => `port ${name}`)].sort();
}

/** Whether a link is one that vifkit made for several VIFs. */
function isShared({ alias }: { readonly alias?: string | undefined }): boolean {
  return alias === 'vifkit:shared';
}

/** As on an operator's host, the integration bridges are there before the first VIF. */
async function startSwitch(bridges: readonly string[]): Promise<OpenVSwitch | undefined> {
  if (bridges.length === 0 || !areInstalled('ovsdb-server', 'ovs-vswitchd', 'ovs-vsctl')) return undefined;
  // The userspace datapath's local ports are taps; its dummy's are none, and veths are real on both.
  const ovs = await startOpenVSwitch({ dummy: !canMakeTaps() });
  for (const name of bridges) {
    await ovs.vsctl('add-br', name, '--', 'set', 'Bridge', name, `datapath_type=${ovs.datapathType}`);
    await ovs.vsctl('wait-until', 'Interface', name, 'ofport>0');
  }
  return ovs;
}

/** What a plan's steps need that is not to be had here, if anything. */
export function lackFor(kinds: ReadonlySet<string>, makesTap: boolean): string | undefined {
  if (!areInstalled('ip')) return 'the program ip (iproute2) is not installed';
  if (makesTap && !canMakeTaps()) return 'this user may not open /dev/net/tun';
  const needsSwitch = kinds.has('ovsBridge') || kinds.has('ovsPort');
  if (needsSwitch && !areInstalled('ovsdb-server', 'ovs-vswitchd', 'ovs-vsctl'))
    return 'Open vSwitch is not installed';
  return undefined;
}
