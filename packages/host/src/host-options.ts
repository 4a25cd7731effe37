import { existsSync } from 'node:fs';
import { type Logger, VifError } from '@vifkit/core';
import { type OptionRules, optionRules, quote, readOptions } from '@vifkit/core/internal';
import type { OvsdbTlsOptions } from './ovsdb/endpoint.js';

/** Where a host's services are, and how to write to it. */
export interface HostOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; `unix:/var/run/openvswitch/db.sock` by default. */
  readonly ovsdb?: string | undefined;
  /** For an `ssl:` endpoint, which needs at least `ca`. */
  readonly ovsdbTls?: OvsdbTlsOptions | undefined;
  /**
   * OVN's southbound database, which is only read: endpoints as for `ovsdb`, separated by commas; the first one is
   * used. It shows why a port is not ready, and where it is bound. Without it, only this host's own database is used.
   */
  readonly ovnSb?: string | undefined;
  /**
   * OVN's northbound database, as for `ovnSb`: a live migration is written there, see docs/migration.md. For hosts
   * where nothing else, such as Neutron, places the ports. A check reads there whether a port is disabled.
   */
  readonly ovnNb?: string | undefined;
  /** The directory of ovn-controller's control socket; `OVN_RUNDIR` or /var/run/ovn by default. */
  readonly ovnRunDir?: string | undefined;
  /**
   * The network namespace that the host's links are in: the absolute path of its file, as /proc/PID/ns/net, or the name
   * that `ip netns` gave it, for /run/netns/NAME; this process's own by default. All programs run in it, through
   * `nsenter`, which needs CAP_SYS_ADMIN and cannot be combined with a root helper. The host uses that namespace until
   * it is closed: once the namespace is gone, or another has its name, calls fail with INVALID_OPTIONS. `tcp:` and
   * `ssl:` connections to databases are made from this process's own namespace.
   */
  readonly networkNamespace?: string | undefined;
  /**
   * Where sysfs is mounted, by a process of the host's network namespace; /sys by default. With `networkNamespace`, PCI
   * functions are found only through a sysfs of that namespace.
   */
  readonly sysfsRoot?: string | undefined;
  /**
   * The prefix of `ip`, `nft`, `tee`, `ethtool` and vendors' tools: a command that runs them with CAP_NET_ADMIN. Root
   * does not need it, nor does a process that has that capability as an ambient one.
   */
  readonly rootHelper?: readonly string[] | undefined;
  /** The prefix of vendors' tools instead, if they need more privileges; the root helper by default. */
  readonly toolHelper?: readonly string[] | undefined;
  /**
   * The directory for locks between processes, and for what the kernel does not keep: the settings that virtual
   * functions had before they were given to VIFs. Every process that changes this network namespace must use the same
   * directory. It is made when it is first needed, accessible to this user only; a directory that another user could
   * change is refused. It should not survive a reboot. /run/vifkit by default; in a user namespace whose root cannot
   * make that, a directory below the one for temporary files.
   */
  readonly stateDir?: string | undefined;
  /**
   * The user, by name or id, who may open the taps that plugs make even without CAP_NET_ADMIN: QEMU's user, if nothing
   * else opens the taps for QEMU. libvirt's system daemon does so as root. Root by default, so that no other user can
   * open them.
   */
  readonly tapOwner?: string | number | undefined;
  /**
   * Keep a few `ip` processes waiting between calls, so that a call need not start them, and a replica of the Open
   * vSwitch database, so that a call need not query it. They end with the host, and with this process. All code is loaded
   * at once, so that it is there even if no file can be opened later. For programs that make more than one or two calls;
   * false by default.
   */
  readonly reserve?: boolean | undefined;
  readonly logger?: Logger | undefined;
}

const rules: OptionRules<HostOptions> = {
  ovsdb: optionRules.text,
  ovsdbTls: optionRules.object,
  ovnSb: optionRules.text,
  ovnNb: optionRules.text,
  ovnRunDir: optionRules.path,
  networkNamespace: {
    accepts: isNamespace,
    says: 'the absolute path of a network namespace, or its name below /run/netns',
  },
  sysfsRoot: optionRules.text,
  rootHelper: optionRules.words,
  toolHelper: optionRules.words,
  stateDir: optionRules.path,
  tapOwner: { accepts: isUser, says: 'the name or the id of a user' },
  reserve: optionRules.flag,
  logger: optionRules.logger,
};

/** The directory of ovn-controller's control socket, as OVN's own programs find it. */
export function ovnRunDirectory({ ovnRunDir }: HostOptions): string {
  return ovnRunDir ?? process.env.OVN_RUNDIR ?? '/var/run/ovn';
}

/** @throws VifError INVALID_OPTIONS */
export function readHostOptions(options: HostOptions | undefined, owner: string): HostOptions {
  const given = readOptions(options, owner, rules);
  checkHelper(given.rootHelper ?? [], 'root helper');
  checkHelper(given.toolHelper ?? [], 'tool helper');
  if (given.sysfsRoot !== undefined && !existsSync(given.sysfsRoot)) {
    // Without it, every function would be reported as absent.
    const text = `There is no directory ${quote(given.sysfsRoot)}: mount sysfs there, or correct sysfsRoot (--sysfs-root)`;
    throw new VifError('INVALID_OPTIONS', text);
  }
  if (given.networkNamespace !== undefined && (given.rootHelper ?? []).length > 0) {
    const text =
      'A root helper cannot be used with another network namespace: it may run `ip`, but not `nsenter`. Run this program as root, or in that namespace';
    throw new VifError('INVALID_OPTIONS', text);
  }
  return given;
}

/**
 * Refuses a helper that is not a command: its first word must be a program, not an option or a variable.
 * @throws VifError INVALID_OPTIONS
 */
function checkHelper(argv: readonly string[], what: string): void {
  const [program = 'none'] = argv;
  const isCommand = /^[^-=\s][^=]*$/.test(program) && argv.every((word) => /^\P{Cc}+$/u.test(word));
  if (isCommand) return;
  const text = `The ${what} must be a program and its arguments, without empty words; it is ${JSON.stringify(argv)}`;
  throw new VifError('INVALID_OPTIONS', text);
}

/** A namespace is given by an absolute path, or by a name, which is a file name. */
function isNamespace(value: unknown): boolean {
  return (
    typeof value === 'string' && optionRules.text.accepts(value) && /^(\/.+|(?!\.{1,2}$)[^/]+)$/.test(value)
  );
}

function isUser(value: unknown): boolean {
  return typeof value === 'number' || optionRules.text.accepts(value);
}
