import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type LibvirtGuests,
  makeNamespace,
  makeVendorTools,
  type Namespace,
  type OpenVSwitch,
  startLibvirtGuests,
  startOpenVSwitch,
} from '@vifkit/testkit/bed';
import { $, execa } from 'execa';
import { pinging } from '../connection/pinging.js';
import { program, vif } from '../real/vif.js';
import { makeNetworks, NETWORKS, putVendorTools, VENDOR_SWITCH } from './networks.js';
import { type Row, rows, type Segment, switchDirectory } from './rows.js';

/** What belongs to a VIF, by where it is. */
export interface Belongings {
  readonly links: readonly string[];
  readonly openVSwitch: readonly string[];
  readonly filters: readonly string[];
  readonly sockets: readonly string[];
  readonly processes: readonly string[];
}

/** A host for guests: networks with a peer to ping, an Open vSwitch with DPDK, vendors' switches and a libvirtd. */
export class Site {
  private constructor(
    readonly ovs: OpenVSwitch,
    /** Has an address in each of the networks. */
    private readonly peer: Namespace,
    readonly guests: LibvirtGuests,
    private readonly directory: string,
    private readonly cleanUp: (() => Promise<unknown>)[],
  ) {}

  /** @param hook makes the script that libvirt calls, of the switch's endpoint */
  static async open(hook?: (ovsdb: string) => string): Promise<Site> {
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
      await makeNetworks(far, ovs);
      cleanUp.push(() => $`ip link delete dev ${VENDOR_SWITCH}`);
      await putVendorTools(await keep(makeVendorTools(), (tools) => tools.close()));
      const options = { openVSwitch: switchDirectory, ...(hook && { hook: hook(ovs.endpoint) }) };
      const guests = await keep(startLibvirtGuests(options), (guests) => guests.stop());
      return new Site(ovs, far, guests, directory, cleanUp);
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
    await $`ip link set dev ${NETWORKS.lan.end} nomaster`;
    const { exitCode, stdout, stderr } = await vif('gc', [], '--keep-none', '--ovsdb', this.ovs.endpoint);
    if (exitCode !== 0) throw new Error(`vif gc: ${stdout} ${stderr}`);
  }

  /** Connects a tap that neither `vif` nor libvirt connects: to the vendor's switch, since that is at hand. */
  connectTap(tap: string): Promise<unknown> {
    return $`ip link set dev ${tap} master ${VENDOR_SWITCH}`;
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

  /** Starts a guest with the card that `vif config` tells of, and what it says that the domain needs besides. */
  async start(row: Row) {
    const { xml: device = '', domain = [] } = await this.vif('config', row);
    return this.guests.start({
      ...{ name: guestName(row), vcpus: row.queues, device, domain: domain.map(({ xml }) => xml) },
      address: `${addressOf(row)}/24`,
      peer: `${NETWORKS[row.segment].subnet}.1`,
    });
  }

  /**
   * Takes its network from a row's guest, and has a plug mend it.
   * @returns for how many seconds nothing came back from the guest, which is pinged 20 times a second
   */
  async interrupt(row: Row, [program, ...words]: readonly string[]): Promise<number> {
    const ping = pinging(this.peer, addressOf(row));
    const untilAnswered = async (count: number) => {
      while (ping.answers.length < count) await pause(20);
    };
    try {
      await untilAnswered(10);
      await (program === 'ip' ? execa(program, words) : this.ovs.vsctl(...words));
      await this.vif('plug', row);
      await untilAnswered(ping.answers.length + 10);
    } finally {
      await ping.longestGap();
    }
    return ping.longestGap();
  }

  /** Starts a guest without a card, for those that are plugged in while it runs. */
  async startEmpty(name: string, segment: Segment, domain: readonly string[] = []) {
    const { subnet } = NETWORKS[segment];
    const guest = await this.guests.start({ name, domain, address: `${subnet}.9/24`, peer: `${subnet}.1` });
    await guest.says('vif: ready');
    return guest;
  }

  /** Runs `vif` on a domain, with a row's request as the file unless there is none. */
  async vifFor(row: Row, ...args: readonly string[]) {
    const config = join(this.directory, `${row.id}.json`);
    await writeFile(config, JSON.stringify(row.settings));
    const given = ['--config', config, '--ovsdb', this.ovs.endpoint, '--connect', this.guests.libvirtd.uri];
    const result = await execa(program, [...args, '--format', 'json', ...given], {
      input: JSON.stringify(row.request),
      reject: false,
    });
    const { exitCode, stdout, stderr } = result;
    const [line] = stdout.split('\n').filter(Boolean);
    return { exitCode, stderr, line: line === undefined ? undefined : JSON.parse(line) };
  }

  /** What tells why a guest's pings are not answered. */
  async describeSwitch(): Promise<string> {
    const target = `--target=${this.ovs.directory}/ovs-vswitchd.ctl`;
    const asked = ['dpif/show', 'fdb/show br-int', 'dpctl/dump-flows'];
    const answers = asked.map(async (words) => {
      const { stdout, stderr } = await $({ reject: false })`ovs-appctl ${target} ${words.split(' ')}`;
      return stdout || stderr;
    });
    const links = $`ip -statistics link`.then(({ stdout }) => stdout);
    return (await Promise.all([...answers, links, this.peer.run('ip', 'neighbor')])).join('\n\n');
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
      $`ip -details -oneline link`,
      Promise.all(['Bridge', 'Port', 'Interface', 'QoS'].map((table) => this.ovs.vsctl('list', table))),
      $`nft list ruleset`,
      readdir(switchDirectory),
      listProcesses(),
    ]);
    const linkNames = links.stdout
      .split('\n')
      .filter(bears)
      .map((line) => /^\d+: ([^@:]+)/.exec(line)?.[1] ?? line);
    return {
      links: linkNames.sort(),
      openVSwitch: ports.flatMap((table) => table.split('\n\n')).filter(bears),
      filters: rules.stdout.split('\n').filter(bears),
      sockets: sockets.filter(bears),
      processes: processes.filter(
        (command) => bears(command) || command.includes(`guest=${guestName(row)},`),
      ),
    };
  }
}

const addressOf = (row: Row) => `${NETWORKS[row.segment].subnet}.${rows.indexOf(row) + 10}`;

const guestName = ({ id }: Row) => `vif-${id.slice(0, 8)}`;

async function endAll(steps: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps.splice(0).reverse()) await step();
}

async function listProcesses(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
}
