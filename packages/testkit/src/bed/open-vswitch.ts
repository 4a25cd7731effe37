import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Daemon } from './daemon.js';
import type { Namespace } from './network-namespace.js';

const run = promisify(execFile);

/** Options for an Open vSwitch. */
export interface OpenVSwitchOptions {
  /** Where everything is kept; it is removed by `stop`. A fresh directory under the system's own unless given. */
  readonly directory?: string;
  /**
   * Bridges of datapath type `dummy`: their local ports are not kernel links, but no device is needed to make them.
   * Otherwise they are `netdev`, which needs root and /dev/net/tun; two such switches cannot share a network namespace,
   * because both need a link named ovs-netdev.
   */
  readonly dummy?: boolean;
  /**
   * Whether ovs-vswitchd is the one with DPDK, which has vhost-user ports. It needs neither hugepages nor a card
   * here. On Debian: the packages openvswitch-switch-dpdk and librte-mempool-ring23.
   */
  readonly dpdk?: boolean;
  /** Where ovs-vswitchd has its links; this process's own network namespace unless given. */
  readonly namespace?: Namespace;
  /** Whether ovs-vswitchd is started at once; true unless given. */
  readonly vswitchd?: boolean;
  /** Further arguments of ovsdb-server, such as `--remote=ptcp:6640:127.0.0.1`. */
  readonly serverArgs?: readonly string[];
}

/** A private Open vSwitch: both daemons are our children, and all their files are in one directory. */
export interface OpenVSwitch {
  /** `unix:` and the path of the database server's socket. */
  readonly endpoint: string;
  readonly directory: string;
  /** The datapath type of the bridges that this switch can make. */
  readonly datapathType: 'netdev' | 'dummy';
  readonly server: Daemon;
  readonly vswitchd: Daemon;
  /** Runs ovs-vsctl on this switch, and returns what it prints. It does not wait for ovs-vswitchd. */
  vsctl(...args: string[]): Promise<string>;
  /** Ends both daemons and removes the directory. */
  stop(): Promise<void>;
}

/** By its full path, so that the system's choice of `ovs-vswitchd` does not change. */
const DPDK_VSWITCHD = '/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk';

/**
 * --legacy-mem is implied by --no-huge, but Open vSwitch leaves out its own --in-memory, which excludes --no-huge,
 * only where it reads the words. The two settings behind it keep the packet pools small, and the polling thread off
 * the processor while there is nothing to do (microseconds).
 */
const DPDK_CONFIG = [
  'other_config:dpdk-init=true',
  'other_config:dpdk-extra="--no-huge --legacy-mem -m 512 --no-pci --no-shconf --no-telemetry"',
  'other_config:per-port-memory=true',
  'other_config:pmd-maxsleep=500',
];

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

/**
 * Starts a private ovsdb-server and ovs-vswitchd.
 *
 * @throws Error if Open vSwitch is not installed, or a daemon does not start.
 */
export async function startOpenVSwitch(options: OpenVSwitchOptions = {}): Promise<OpenVSwitch> {
  // A short name: the path of a Unix socket has at most 107 bytes.
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'ovs-')));
  await mkdir(directory, { recursive: true });
  const path = (name: string) => join(directory, name);
  const env = {
    ...process.env,
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`, // Debian's daemons are there, a user's path need not be
    OVS_RUNDIR: directory,
    OVS_DBDIR: directory,
    OVS_LOGDIR: directory,
    RUNTIME_DIRECTORY: directory, // DPDK's own files; /var/run/dpdk else
  };
  const database = path('conf.db');
  const endpoint = `unix:${path('db.sock')}`;
  const common = (name: string) => [
    `--pidfile=${path(`${name}.pid`)}`,
    `--unixctl=${path(`${name}.ctl`)}`,
    `--log-file=${path(`${name}.log`)}`,
    '-vconsole:emer',
  ];
  const server = new Daemon({
    program: 'ovsdb-server',
    args: [database, `--remote=p${endpoint}`, ...common('ovsdb-server'), ...(options.serverArgs ?? [])],
    env,
    readyFile: path('ovsdb-server.ctl'), // the last thing that it makes
  });
  const [program, ...args] = inNamespace(options.namespace, [
    options.dpdk ? DPDK_VSWITCHD : 'ovs-vswitchd',
    endpoint,
    ...common('ovs-vswitchd'),
    ...(options.dummy ? ['--enable-dummy'] : []),
  ]);
  const vswitchd = new Daemon({
    program,
    args,
    env,
    readyFile: path('ovs-vswitchd.ctl'),
  });
  const vsctl = async (...args: string[]) => {
    const { stdout } = await run('ovs-vsctl', [`--db=${endpoint}`, '--timeout=20', '--no-wait', ...args], {
      env,
    });
    return stdout;
  };
  const stop = async () => {
    await vswitchd.stop();
    await server.stop();
    const taps = options.dummy ? [] : [...(await bridgesIn(database, env)), 'ovs-netdev'];
    await removeTaps(taps, options.namespace);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await run('ovsdb-tool', ['create', database, SCHEMA], { env });
    await server.start();
    await vsctl('init');
    if (options.dpdk) await vsctl('set', 'Open_vSwitch', '.', ...DPDK_CONFIG);
    if (options.vswitchd ?? true) await vswitchd.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    directory,
    datapathType: options.dummy ? 'dummy' : 'netdev',
    server,
    vswitchd,
    vsctl,
    stop,
  };
}

/** Reads the file, because the server may have ended or never started. */
async function bridgesIn(database: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const select = { op: 'select', table: 'Bridge', where: [], columns: ['name'] };
  const query = ['query', database, JSON.stringify(['Open_vSwitch', select])];
  const { stdout } = await run('ovsdb-tool', query, { env }).catch(() => ({ stdout: '[]' }));
  const [result]: [{ rows: { name: string }[] }?] = JSON.parse(stdout);
  return result?.rows.map(({ name }) => name) ?? [];
}

/** ovs-vswitchd makes its taps persistent: they outlive it. A link of another kind is not its own. */
async function removeTaps(names: readonly string[], namespace: Namespace | undefined): Promise<void> {
  for (const name of names) {
    const [program, ...args] = inNamespace(namespace, ['ip', 'tuntap', 'del', 'dev', name, 'mode', 'tap']);
    await run(program, args).catch(() => {});
  }
}

type Argv = readonly [string, ...string[]];

/** The process id stays the same: nsenter replaces itself by the program. */
function inNamespace(namespace: Namespace | undefined, argv: Argv): Argv {
  return namespace ? ['nsenter', '--target', String(namespace.pid), '--net', '--', ...argv] : argv;
}
