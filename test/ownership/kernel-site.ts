import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { openHost } from '@vifkit/host';
import { NftFilterTable } from '@vifkit/host/parts';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { listLinks, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { vi } from 'vitest';
import { otherVf, vf } from './requests.js';
import type { DriverOptions, Filter, Link, Port, Site } from './site.js';

const ip = (...args: string[]) => execa('ip', args);

/** The links that stand for those of a card. */
const representors = ['eth2', 'eth3', 'eth4', 'enp3s0r0'];

/** All links that the site makes. */
const own = [...representors, 'br-lab'];

/** The cases' host on this kernel, with an Open vSwitch of its own. */
export async function kernelSite(): Promise<Site> {
  requireOwnNetwork();
  const directory = await mkdtemp(join(tmpdir(), 'ownership-'));
  const ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', `datapath_type=${ovs.datapathType}`);
  await vi.waitFor(() => {
    if (!listLinks().includes('br-int')) throw new Error('br-int is still to come');
  }, 20_000);
  for (const name of representors) await ip('tuntap', 'add', 'dev', name, 'mode', 'tap');
  await ip('link', 'add', 'name', 'br-lab', 'up', 'type', 'bridge');
  const before = new Set(listLinks());
  const plugins = await builtInPlugins();
  const drivers: VifDriver[] = [];
  const rows = async (table: string, columns: string): Promise<unknown[][]> =>
    JSON.parse(await ovs.vsctl('--format=json', `--columns=${columns}`, 'list', table)).data;
  return {
    async driver({ perPortBridge = false, representor, otherRepresentor }: DriverOptions = {}) {
      const sysfsRoot = join(directory, `sys-${representor}-${otherRepresentor}`);
      if (representor !== undefined) await makeCard(sysfsRoot, representor, otherRepresentor);
      const stateDir = join(directory, 'state');
      const host = openHost({ ovsdb: ovs.endpoint, stateDir, ...(representor && { sysfsRoot }) });
      const options = { ovs: { per_port_bridge: perPortBridge } };
      const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, options });
      drivers.push(driver);
      return driver;
    },
    async ports() {
      const interfaces = new Map(
        (await rows('Interface', 'name,external_ids')).map(([name, ids]) => [name, mapOf(ids)]),
      );
      const bridgeOf = new Map<string, string>();
      for (const bridge of await bridges()) {
        for (const port of lines(await ovs.vsctl('list-ports', bridge))) bridgeOf.set(port, bridge);
      }
      const ports = (await rows('Port', 'name,tag,external_ids')).flatMap(
        ([name, tag, ids]): [string, Port][] => {
          const bridge = bridgeOf.get(String(name));
          if (bridge === undefined) return [];
          const [interfaceId, vifId] = [interfaces.get(name)?.get('iface-id'), mapOf(ids).get('vifkit-vif')];
          const port = {
            bridge,
            ...(typeof tag === 'number' && { tag }),
            ...(interfaceId !== undefined && { interfaceId }),
            ...(vifId !== undefined && { vifId }),
          };
          return [[String(name), port]];
        },
      );
      return Object.fromEntries(ports);
    },
    bridges,
    async links() {
      const { stdout } = await ip('-json', 'link');
      const links: { ifname: string; ifalias?: string; master?: string; flags: string[] }[] =
        JSON.parse(stdout);
      return Object.fromEntries(
        links
          .filter(({ ifname }) => !before.has(ifname) && ifname !== 'ovs-netdev')
          .map(({ ifname, ifalias: alias, master, flags }): [string, Link] => [
            ifname,
            {
              up: flags.includes('UP'),
              ...(alias !== undefined && { alias }),
              ...(master !== undefined && { master }),
            },
          ]),
      );
    },
    async isUp(link) {
      const { stdout } = await ip('-json', 'link', 'show', 'dev', link);
      return JSON.parse(stdout)[0].flags.includes('UP');
    },
    async makeTap(name) {
      await ip('tuntap', 'add', 'dev', name, 'mode', 'tap');
    },
    async makeBridge(name) {
      await ip('link', 'add', 'dev', name, 'type', 'bridge');
      await ip('link', 'set', 'dev', name, 'up');
    },
    async addPort(name, type) {
      await ovs.vsctl('add-port', 'br-int', name, '--', 'set', 'interface', name, `type="${type}"`);
    },
    openTap,
    async setAlias(name, alias) {
      await ip('link', 'set', 'dev', name, 'alias', alias);
    },
    async setUp(name) {
      await ip('link', 'set', 'dev', name, 'up');
    },
    async unmarkPort(name) {
      await ovs.vsctl('remove', 'port', name, 'external_ids', 'vifkit-vif');
    },
    async unmarkLink(name) {
      await ip('link', 'set', 'dev', name, 'alias', '');
    },
    async setTag(name, tag) {
      await ovs.vsctl('set', 'port', name, `tag=${tag}`);
    },
    async filters() {
      const { guests } = await new NftFilterTable().read(new Deadline(10_000).signal);
      return Object.fromEntries(
        [...guests].map(([name, { addresses, vifId }]): [string, Filter] => [
          name,
          { addresses, ...(vifId !== undefined && { vifId }) },
        ]),
      );
    },
    async unmarkFilter(name) {
      const guest = `element bridge vifkit guests { "${name}" }`;
      await execa('nft', ['-f', '-'], { input: `delete ${guest}\nadd ${guest}\n` });
    },
    async giveAddress(link, address) {
      await ip('address', 'add', address, 'dev', link);
    },
    async close() {
      for (const driver of drivers) await driver.close();
      await ovs.stop();
      await execa('nft', ['delete', 'table', 'bridge', 'vifkit'], { reject: false });
      for (const name of listLinks()) {
        const isOurs = own.includes(name) || !before.has(name);
        // The other end of a veth pair goes with the first.
        if (isOurs) await execa('ip', ['link', 'delete', 'dev', name], { reject: false });
      }
      await rm(directory, { recursive: true });
    },
  };

  async function bridges(): Promise<string[]> {
    return lines(await ovs.vsctl('list-br'));
  }
}

/** Attaches to a tap as QEMU does, says so, and lets go of it at the end of its input. */
const guest = `
import fcntl, struct, sys
device = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(device, 0x400454CA, struct.pack('16sH22x', sys.argv[1].encode(), 0x1002))
print('attached', flush=True)
sys.stdin.read()
`;

async function openTap(name: string): Promise<() => Promise<void>> {
  const program = spawn('python3', ['-c', guest, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(program, 'exit');
  await once(program.stdout, 'data');
  return async () => {
    program.stdin.end();
    await ended;
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** A map as OVSDB writes it in JSON. */
function mapOf(value: unknown): Map<string, string> {
  return new Map(Array.isArray(value) && Array.isArray(value[1]) ? value[1] : []);
}

/** What sysfs shows of a card in switchdev mode with virtual functions, whose representors have these names. */
async function makeCard(root: string, representor: string, otherRepresentor?: string): Promise<void> {
  const [pf, devices] = ['0000:03:00.0', join(root, 'bus/pci/devices')];
  const net = async (name: string, port: string) => {
    const folder = join(root, 'class/net', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'phys_switch_id'), 'e8ebd3\n');
    await writeFile(join(folder, 'phys_port_name'), `${port}\n`);
  };
  await mkdir(join(devices, pf, 'net/ens1'), { recursive: true });
  const putFunction = async (address: string, index: number, name: string) => {
    await mkdir(join(devices, address), { recursive: true });
    await symlink(`../${pf}`, join(devices, address, 'physfn'));
    await symlink(`../${address}`, join(devices, pf, `virtfn${index}`));
    await net(name, `pf0vf${index}`);
  };
  await net('ens1', 'p0');
  await putFunction(vf, 2, representor);
  if (otherRepresentor !== undefined) await putFunction(otherVf, 3, otherRepresentor);
}
