import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Daemon } from './daemon.js';
import { makeNamespace, type Namespace } from './network-namespace.js';
import { type OpenVSwitch, startOpenVSwitch } from './open-vswitch.js';

const run = promisify(execFile);

/** A host that OVN manages: an Open vSwitch and an ovn-controller, in a network namespace. */
export interface Chassis {
  /** As in requested-chassis. */
  readonly name: string;
  readonly namespace: Namespace;
  readonly ovs: OpenVSwitch;
  readonly controller: Daemon;
  /** Where ovn-controller has its control socket. */
  readonly runDirectory: string;
}

/** A private OVN: both databases, ovn-northd, and chassis that reach each other by tunnels. */
export interface Ovn {
  /** The databases' endpoints. */
  readonly northbound: string;
  readonly southbound: string;
  readonly chassis: readonly Chassis[];
  /** Runs ovn-nbctl, and returns what it prints. */
  nbctl(...args: string[]): Promise<string>;
  sbctl(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

const SCHEMAS = '/usr/share/ovn';
const FABRIC = 'ovn-fabric';
/** Chassis N has this network's address N. */
const UNDERLAY = '172.30.0';

/**
 * Starts an OVN, with chassis `host1`, `host2`, ... The fabric between them is a bridge in this process's network
 * namespace. Needs root. On Debian: the packages ovn-central and ovn-host.
 * @throws Error if OVN is not installed, or a daemon does not start
 */
export async function startOvn({ chassis: count = 2 } = {}): Promise<Ovn> {
  const directory = await mkdtemp(join(tmpdir(), 'ovn-'));
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  const keep = async <T>(part: Promise<T>, end: (part: T) => Promise<unknown>): Promise<T> => {
    const value = await part;
    cleanUp.push(() => end(value));
    return value;
  };
  const starting = async (daemon: Daemon) => {
    cleanUp.push(() => daemon.stop());
    await daemon.start();
    return daemon;
  };
  try {
    const central = centralOf(directory);
    for (const name of ['nb', 'sb'] as const) {
      await run('ovsdb-tool', [
        'create',
        join(directory, `ovn${name}.db`),
        `${SCHEMAS}/ovn-${name}.ovsschema`,
      ]);
      await starting(central[name].server);
      await central[name].ctl('init');
    }
    await starting(central.northd);
    await run('ip', ['link', 'add', 'name', FABRIC, 'type', 'bridge']);
    cleanUp.push(() => run('ip', ['link', 'delete', 'dev', FABRIC]));
    await run('ip', ['link', 'set', 'dev', FABRIC, 'up']);
    const chassis: Chassis[] = [];
    for (let number = 1; number <= count; number++) {
      const name = `host${number}`;
      const namespace = await keep(makeNamespace(), (each) => each.close());
      const ovs = await keep(startOpenVSwitch({ namespace }), (each) => each.stop());
      await connect(namespace, ovs, name, number);
      await configure(ovs, name, `${UNDERLAY}.${number}`, central.sb.endpoint);
      const runDirectory = join(directory, name);
      await mkdir(runDirectory);
      const controller = await starting(controllerOf(ovs, runDirectory));
      chassis.push({ name, namespace, ovs, controller, runDirectory });
      await run('ovs-vsctl', [`--db=${ovs.endpoint}`, '--timeout=20', 'wait-until', 'Bridge', 'br-int']);
      await central.sb.ctl('wait-until', 'Chassis', name, `name=${name}`);
    }
    return {
      northbound: central.nb.endpoint,
      southbound: central.sb.endpoint,
      chassis,
      nbctl: central.nb.ctl,
      sbctl: central.sb.ctl,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environment(directory: string): NodeJS.ProcessEnv {
  const variables = ['RUNDIR', 'DBDIR', 'LOGDIR', 'SYSCONFDIR'].flatMap((name) => [
    [`OVN_${name}`, directory],
    [`OVS_${name}`, directory],
  ]);
  return { ...process.env, ...Object.fromEntries(variables) };
}

function daemonOf(program: string, directory: string, name: string, args: readonly string[]): Daemon {
  const control = join(directory, `${name}.ctl`);
  return new Daemon({
    program,
    args: [...args, `--unixctl=${control}`, `--log-file=${join(directory, `${name}.log`)}`, '-vconsole:emer'],
    env: environment(directory),
    readyFile: control,
  });
}

function centralOf(directory: string) {
  const part = (name: 'nb' | 'sb') => {
    const endpoint = `unix:${join(directory, `${name}.sock`)}`;
    const args = [join(directory, `ovn${name}.db`), `--remote=p${endpoint}`];
    return {
      endpoint,
      server: daemonOf('ovsdb-server', directory, `ovn${name}`, args),
      ctl: async (...words: string[]) => {
        const { stdout } = await run(`ovn-${name}ctl`, [`--db=${endpoint}`, '--timeout=20', ...words]);
        return stdout;
      },
    };
  };
  const [nb, sb] = [part('nb'), part('sb')];
  const databases = [`--ovnnb-db=${nb.endpoint}`, `--ovnsb-db=${sb.endpoint}`];
  return { nb, sb, northd: daemonOf('ovn-northd', directory, 'ovn-northd', databases) };
}

/** It names its control socket by its process id, in this directory. */
function controllerOf(ovs: OpenVSwitch, directory: string): Daemon {
  const pidFile = join(directory, 'ovn-controller.pid');
  return new Daemon({
    program: 'ovn-controller',
    args: [
      ...[ovs.endpoint, `--pidfile=${pidFile}`],
      ...[`--log-file=${join(directory, 'ovn-controller.log')}`, '-vconsole:emer'],
    ],
    env: { ...environment(directory), OVS_RUNDIR: ovs.directory }, // the bridge's OpenFlow socket is there
    readyFile: pidFile,
  });
}

/** In userspace a tunnel leaves by a bridge of Open vSwitch that has the host's address. */
async function connect(namespace: Namespace, ovs: OpenVSwitch, name: string, number: number): Promise<void> {
  const [near, far] = [`to-${name}`, 'eth0'];
  await run('ip', [
    'link',
    'add',
    'name',
    near,
    'type',
    'veth',
    'peer',
    'name',
    far,
    'netns',
    String(namespace.pid),
  ]);
  await run('ip', ['link', 'set', 'dev', near, 'up', 'master', FABRIC]);
  await namespace.run('ip', 'link', 'set', 'dev', far, 'up');
  await namespace.run('ip', 'link', 'set', 'dev', 'lo', 'up');
  const bridge = ['add-br', 'br-phy', '--', 'set', 'Bridge', 'br-phy', 'datapath_type=netdev'];
  await run('ovs-vsctl', [
    `--db=${ovs.endpoint}`,
    '--timeout=20',
    ...bridge,
    '--',
    'add-port',
    'br-phy',
    far,
  ]);
  await namespace.run('ip', 'address', 'add', `${UNDERLAY}.${number}/24`, 'dev', 'br-phy');
  await namespace.run('ip', 'link', 'set', 'dev', 'br-phy', 'up');
}

async function configure(ovs: OpenVSwitch, name: string, address: string, remote: string): Promise<void> {
  const settings = {
    'system-id': name,
    hostname: name,
    'ovn-bridge': 'br-int',
    'ovn-bridge-datapath-type': 'netdev',
    'ovn-encap-type': 'geneve',
    'ovn-encap-ip': address,
    'ovn-remote': `"${remote}"`,
  };
  const words = Object.entries(settings).map(([key, value]) => `external_ids:${key}=${value}`);
  await ovs.vsctl('set', 'Open_vSwitch', '.', ...words);
}
