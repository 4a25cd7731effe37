import { type Logger, VifError } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';
import type { OvsdbTlsOptions } from './ovsdb/endpoint.js';

/** Where a host's services are, and how it is written to. */
export interface HostOptions {
  /** `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`; `unix:/var/run/openvswitch/db.sock` unless given. */
  readonly ovsdb?: string | undefined;
  /** For an `ssl:` endpoint, which needs `ca` at least. */
  readonly ovsdbTls?: OvsdbTlsOptions | undefined;
  /**
   * OVN's southbound database, which is read only: endpoints as of `ovsdb`, separated by commas; the first is used. It is
   * asked why a port is not ready, and where it is bound. Without it, this host's own database tells what it can.
   */
  readonly ovnSb?: string | undefined;
  /**
   * OVN's northbound database, as of `ovnSb`: a live migration is told there, see docs/migration.md. For hosts whose ports
   * nobody else places, such as Neutron.
   */
  readonly ovnNb?: string | undefined;
  /** Where ovn-controller has its control socket; `OVN_RUNDIR`, or /var/run/ovn, unless given. */
  readonly ovnRunDir?: string | undefined;
  /**
   * The network namespace that the host's links are in: the absolute path of its file, as /proc/PID/ns/net, or the name that
   * `ip netns` gave it, for /run/netns/NAME; this process's own unless given. All programs are run in it, by `nsenter`, which
   * takes CAP_SYS_ADMIN, and no root helper. It is that namespace until the host is closed: once it is gone, or another has
   * its name, calls fail with INVALID_OPTIONS. Databases that `tcp:` and `ssl:` name are connected to from this process's own.
   */
  readonly networkNamespace?: string | undefined;
  /**
   * Where sysfs is mounted, by a process of the host's network namespace; /sys unless given. With `networkNamespace`, PCI
   * functions are found only by a sysfs of that namespace.
   */
  readonly sysfsRoot?: string | undefined;
  /**
   * Put in front of `ip`, `nft`, `tee`, `ethtool` and vendors' tools: a command that gives what follows it CAP_NET_ADMIN. None is
   * needed by root, or with that capability as an ambient one.
   */
  readonly rootHelper?: readonly string[] | undefined;
  /** Put in front of vendors' tools in its place, where they need more; the root helper unless given. */
  readonly toolHelper?: readonly string[] | undefined;
  /**
   * Where the locks are between processes, and where is kept what the kernel forgets: what virtual functions had before
   * they were given to VIFs. All who change this network namespace have to use the same. It is made, for this user
   * alone, when it is first needed, and one that another user could change is refused. It should not outlive a reboot.
   * /run/vifkit unless given; in a user namespace whose root cannot make that, a directory among the temporary files.
   */
  readonly stateDir?: string | undefined;
  /**
   * The user, by name or id, who may open the taps that plugs make, without rights over the network: QEMU's, where
   * nobody opens them for it. libvirt's system daemon does, as root. Root unless given, so that no other user can.
   */
  readonly tapOwner?: string | number | undefined;
  /**
   * Keep a few processes of `ip` waiting between calls, so that a call need not start them, and a copy of what is
   * read of Open vSwitch's database, so that a call need not ask for it. They end with the host, and with this
   * process. For programs that make more than a call or two; false unless given.
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

/** @throws VifError INVALID_OPTIONS */
export function readHostOptions(options: HostOptions | undefined, owner: string): HostOptions {
  const given = readOptions(options, owner, rules);
  checkHelper(given.rootHelper ?? [], 'root helper');
  checkHelper(given.toolHelper ?? [], 'tool helper');
  if (given.networkNamespace !== undefined && (given.rootHelper ?? []).length > 0) {
    const text =
      'There is no root helper for another network namespace: it may run `ip`, but not `nsenter`. Run this program as root, or in that namespace';
    throw new VifError('INVALID_OPTIONS', text);
  }
  return given;
}

/**
 * Refuses a helper that is no command: its first word has to be a program, neither an option nor a variable.
 * @throws VifError INVALID_OPTIONS
 */
function checkHelper(argv: readonly string[], what: string): void {
  const [program = 'none'] = argv;
  const isCommand = /^[^-=\s][^=]*$/.test(program) && argv.every((word) => /^\P{Cc}+$/u.test(word));
  if (isCommand) return;
  const text = `The ${what} must be a program and its arguments, without empty words; it is ${JSON.stringify(argv)}`;
  throw new VifError('INVALID_OPTIONS', text);
}

/** A name is a file's name. */
function isNamespace(value: unknown): boolean {
  return (
    typeof value === 'string' && optionRules.text.accepts(value) && /^(\/.+|(?!\.{1,2}$)[^/]+)$/.test(value)
  );
}

function isUser(value: unknown): boolean {
  return typeof value === 'number' || optionRules.text.accepts(value);
}
