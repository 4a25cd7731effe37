import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  type LibvirtGuests,
  makeNamespace,
  makeVendorTools,
  type Namespace,
  type OpenVSwitch,
  startLibvirtGuests,
  startOpenVSwitch,
  type VendorTools,
} from '@vifkit/testkit/bed';
import { vif } from '../real/vif.js';
import { type Row, type Segment, switchDirectory } from './rows.js';

const execute = promisify(execFile);

/** What belongs to a VIF, by where it is. */
export interface Belongings {
  readonly links: readonly string[];
  readonly openVSwitch: readonly string[];
  readonly filters: readonly string[];
  readonly sockets: readonly string[];
  readonly processes: readonly string[];
}

/** By the host's end of the veth pair that leads to the peer. */
const NETWORKS = {
  lan: { end: 'lan', subnet: '10.77.1' },
  'br-int': { end: 'integration', subnet: '10.77.2' },
  vendor: { end: 'fabric', subnet: '10.77.3' },
  uplink: { end: 'uplink', subnet: '10.77.4' },
} as const satisfies Record<Segment, object>;

/** What a vendor's switch is here: a Linux bridge. */
const VENDOR_SWITCH = 'vendor';

/** What a vendor's tool does with a tap that it is given. It is named by one of the words. */
const JOIN = `for word in $*; do
  case $word in
    tap*|qvo*) exec ip link set dev $word master ${VENDOR_SWITCH} ;;
    --tap_name=*) exec ip link set dev \${word#*=} master ${VENDOR_SWITCH} ;;
  esac
done`;

/** The tools, and how they are called for a plug. */
const VENDOR_TOOLS = {
  'mm-ctl': '--bind-port*',
  ifc_ctl: '*add_port*',
  'vrouter-port-control': '*--oper=add*',
  'ivs-ctl': 'add-port*',
};

/** A host for guests: networks with a peer to ping, an Open vSwitch with DPDK, vendors' switches and a libvirtd. */
export class Site {
  private constructor(
    private readonly ovs: OpenVSwitch,
    readonly guests: LibvirtGuests,
    private readonly directory: string,
    private readonly cleanUp: (() => Promise<unknown>)[],
  ) {}

  static async open(): Promise<Site> {
    const cleanUp: (() => Promise<unknown>)[] = [];
    const keep = async <T>(part: Promise<T>, end: (part: T) => Promise<unknown>) => {
      const value = await part;
      cleanUp.push(() => end(value));
      return value;
    };
    try {
      const directory = await keep(mkdtemp(join(tmpdir(), 'site-')), (path) => rm(path, { recursive: true }));
      const far = await keep(makeNamespace(), (namespace) => namespace.close());
      const ovs = await keep(startOpenVSwitch({ directory: switchDirectory, dpdk: true }), (ovs) =>
        ovs.stop(),
      );
      await chmod(switchDirectory, 0o777); // QEMU is another user, and makes sockets there
      await connect(far, ovs);
      cleanUp.push(() => run('ip', 'link', 'delete', 'dev', VENDOR_SWITCH));
      await putVendorTools(await keep(makeVendorTools(), (tools) => tools.close()));
      const options = { openVSwitch: switchDirectory };
      const guests = await keep(startLibvirtGuests(options), (guests) => guests.stop());
      return new Site(ovs, guests, directory, cleanUp);
    } catch (error) {
      await endAll(cleanUp);
      throw error;
    }
  }

  close(): Promise<void> {
    return endAll(this.cleanUp);
  }

  /** Defines a filter of libvirt that a card names: that is its owner's part. */
  async defineFilter(name: string): Promise<void> {
    const file = join(this.directory, `${name}.xml`);
    await writeFile(file, `<filter name="${name}" chain="root"/>`);
    await this.guests.libvirtd.virsh('nwfilter-define', file);
  }

  /** Removes what VIFs shared, once the host's own link has left it. */
  async collectGarbage(): Promise<void> {
    await run('ip', 'link', 'set', 'dev', NETWORKS.lan.end, 'nomaster');
    const { exitCode, stdout, stderr } = await vif('gc', [], '--keep-none', '--ovsdb', this.ovs.endpoint);
    if (exitCode !== 0) throw new Error(`vif gc: ${stdout} ${stderr}`);
  }

  /** Connects a tap that neither `vif` nor libvirt connects: to the vendor's switch, since that is at hand. */
  connectTap(tap: string): Promise<unknown> {
    return run('ip', 'link', 'set', 'dev', tap, 'master', VENDOR_SWITCH);
  }

  /** Runs `vif` on a row's request. @throws Error if it fails */
  async vif(operation: 'plug' | 'config' | 'check' | 'unplug', { id, request, settings }: Row) {
    const file = join(this.directory, `${id}.json`);
    await writeFile(file, JSON.stringify(settings));
    const args = ['--config', file, '--ovsdb', this.ovs.endpoint, '--timeout', '60'];
    const { exitCode, lines, stderr } = await vif(operation, [request], ...args);
    const [line] = lines;
    if (exitCode !== 0 || !line) throw new Error(`vif ${operation}: ${JSON.stringify(line)} ${stderr}`);
    return line;
  }

  /** Starts a guest with the card that `vif config` tells of. */
  async start(row: Row) {
    const { xml = '' } = await this.vif('config', row);
    const domain = row.type.startsWith('vhost')
      ? ['<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>']
      : []; // TODO
    const { subnet } = NETWORKS[row.segment];
    const address = `${subnet}.${Number.parseInt(row.mac.slice(-2), 10) + 10}/24`;
    return this.guests.start({
      ...{ name: guestName(row), device: xml, domain, address, peer: `${subnet}.1`, vcpus: row.queues },
    });
  }

  /** What is left of a row's VIF and guest. Open vSwitch removes the socket of a port a moment after the port. */
  async leftOvers(row: Row): Promise<string[]> {
    for (let look = 0; ; look++) {
      const left = Object.values(await this.belongings(row)).flat();
      if (left.length === 0 || look === 50) return left;
      await pause(200);
    }
  }

  /** Looks for all that bears a VIF's id, the beginning of it that is in names, or its MAC address. */
  async belongings(row: Row): Promise<Belongings> {
    const marks = [row.id.slice(0, 11), row.mac.slice(3)];
    const bears = (text: string) => marks.some((mark) => text.includes(mark));
    const [links, ports, rules, sockets, processes] = await Promise.all([
      run('ip', '-details', '-oneline', 'link'),
      Promise.all(['Bridge', 'Port', 'Interface', 'QoS'].map((table) => this.ovs.vsctl('list', table))),
      run('nft', 'list', 'ruleset'),
      readdir(switchDirectory),
      listProcesses(),
    ]);
    const linkNames = links
      .split('\n')
      .filter(bears)
      .map((line) => /^\d+: ([^@:]+)/.exec(line)?.[1] ?? line);
    return {
      links: linkNames.sort(),
      openVSwitch: ports.flatMap((table) => table.split('\n\n')).filter(bears),
      filters: rules.split('\n').filter(bears),
      sockets: sockets.filter(bears),
      processes: processes.filter(
        (command) => bears(command) || command.includes(`guest=${guestName(row)},`),
      ),
    };
  }
}

const guestName = ({ id }: Row) => `vif-${id.slice(0, 8)}`;

async function endAll(steps: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps.splice(0).reverse()) await step();
}

async function run(program: string, ...args: string[]): Promise<string> {
  return (await execute(program, args)).stdout;
}

async function listProcesses(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
}

/** Makes the networks, and the switches that are there before any guest. */
async function connect(far: Namespace, ovs: OpenVSwitch): Promise<void> {
  for (const { end, subnet } of Object.values(NETWORKS)) {
    await run(
      'ip',
      'link',
      'add',
      'name',
      end,
      'type',
      'veth',
      'peer',
      'name',
      end,
      'netns',
      String(far.pid),
    );
    await run('ip', 'link', 'set', 'dev', end, 'up');
    await far.run('ip', 'address', 'add', `${subnet}.1/24`, 'dev', end);
    await far.run('ip', 'link', 'set', 'dev', end, 'up');
  }
  await run('ip', 'link', 'add', 'name', VENDOR_SWITCH, 'up', 'type', 'bridge');
  await run('ip', 'link', 'set', 'dev', NETWORKS.vendor.end, 'master', VENDOR_SWITCH);
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  await ovs.vsctl('add-port', 'br-int', NETWORKS['br-int'].end);
}

async function putVendorTools(tools: VendorTools): Promise<void> {
  for (const [tool, words] of Object.entries(VENDOR_TOOLS)) {
    await tools.put(tool, `case "$*" in ${words}) ${JOIN} ;; esac`);
  }
}
