import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import {
  listLinks,
  makeVendorTools,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
} from '@vifkit/testkit/bed';
import { execa } from 'execa';

/** How QEMU attaches to a tap or macvtap. The kernel names the file of a macvtap by the link's number. */
export const attach = `
import fcntl, os, socket, struct, sys
def attach(name):
    file = '/dev/tap%d' % socket.if_nametoindex(name) if name.startswith('macvtap') else '/dev/net/tun'
    device = os.open(file, os.O_RDWR)
    fcntl.ioctl(device, 0x400454CA, struct.pack('16sH22x', name.encode(), 0x1002))
    return device
`;

/** Attaches to a tap, says so, and lets go of it at the end of its input. */
const program = `${attach}
device = attach(sys.argv[1])
print('attached', flush=True)
sys.stdin.read()
`;

/** A host with an Open vSwitch of its own, whose datapath is in userspace, and guests that only hold their taps open. */
export interface Site {
  readonly ovs: OpenVSwitch;
  driver(options?: { perPortBridge?: boolean; isolated?: boolean }): VifDriver;
  /** Runs `ip` with words separated by spaces. */
  ip(words: string): Promise<string>;
  run(program: string, ...args: string[]): Promise<unknown>;
  /** Puts a stand-in for a vendor's tool on PATH. */
  tool(name: string): Promise<void>;
  /** Opens a tap, which has to be there, as a running guest does; answers how to stop that. */
  openTap(name: string): Promise<() => Promise<void>>;
  /** Ends guests, and removes all links and ports but the site's own. */
  clean(): Promise<void>;
  close(): Promise<void>;
}

export async function openSite({ dpdk = false } = {}): Promise<Site> {
  requireOwnNetwork();
  const directory = await mkdtemp(join(tmpdir(), 'connection-'));
  const ovs = await startOpenVSwitch({ dpdk });
  const makeBridge = () =>
    ovs.vsctl('--may-exist', 'add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  const isThere = async (name: string) => {
    for (let i = 0; i < 200 && !listLinks().includes(name); i++)
      await new Promise((done) => setTimeout(done, 20));
  };
  await makeBridge();
  await isThere('br-int');
  const plugins = await builtInPlugins();
  const tools = await makeVendorTools();
  const drivers: VifDriver[] = [];
  const guests: (() => Promise<void>)[] = [];
  const own = new Set(listLinks());
  const ip = async (words: string) => (await execa('ip', words.split(' '))).stdout;
  const site: Site = {
    ovs,
    ip,
    driver({ perPortBridge = false, isolated = false } = {}) {
      const host = openHost({ ovsdb: ovs.endpoint, stateDir: join(directory, 'state') });
      const options = { ovs: { per_port_bridge: perPortBridge, isolate_vif: isolated } };
      const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, options });
      drivers.push(driver);
      return driver;
    },
    run: (name, ...args) => execa(name, args),
    tool: (name) => tools.put(name),
    async openTap(name) {
      const guest = spawn('python3', ['-c', program, name], { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(guest, 'exit');
      await once(guest.stdout, 'data');
      const stop = async () => {
        guest.stdin.end();
        await ended;
      };
      guests.push(stop);
      return stop;
    },
    async clean() {
      await Promise.all([
        ...guests.splice(0).map((stop) => stop()),
        ...drivers.splice(0).map((each) => each.close()),
      ]);
      await Promise.all([execa('nft', ['flush', 'ruleset']), ovs.vswitchd.start()]);
      const bridges = (await ovs.vsctl('list-br')).split('\n').filter((name) => name && name !== 'br-int');
      await ovs.vsctl(
        ...bridges.flatMap((bridge) => ['--', 'del-br', bridge]),
        ...['--', '--may-exist', 'add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev'],
        ...['--', 'del-fail-mode', 'br-int', '--', 'clear', 'Bridge', 'br-int', 'mirrors'],
      );
      await isThere('br-int');
      // A bridge that is only just there may not answer yet, and has its flow.
      const flow = ['add-flow', `unix:${ovs.directory}/br-int.mgmt`, 'priority=0,actions=normal'];
      const [listed] = await Promise.all([
        ovs.vsctl('list-ports', 'br-int'),
        execa('ovs-ofctl', flow, { reject: false }),
      ]);
      const ports = listed.split('\n').filter(Boolean);
      await execa('ovs-vsctl', [
        ...[`--db=${ovs.endpoint}`, '--timeout=20'],
        ...ports.flatMap((port) => ['--', 'del-port', port]),
        ...['--', 'set', 'Open_vSwitch', '.', 'external_ids:clean=1'], // it waits for ovs-vswitchd
      ]);
      const links = listLinks().filter((each) => !own.has(each));
      const deletions = links.map((name) => `link delete dev ${name}\n`);
      // The other end of a veth pair is gone with the first.
      const input = [...deletions, 'link set dev br-int up\n'].join('');
      await execa('ip', ['-force', '-batch', '-'], { input, reject: false });
    },
    async close() {
      await site.clean();
      await ovs.stop();
      await tools.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return site;
}
