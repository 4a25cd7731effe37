import type { Routing } from '@vifkit/core/nova';
import type { MigrationPhase } from '@vifkit/engine';
import type { HostOptions } from '@vifkit/host';
import type { Verbosity } from '../terminal/log.js';
import type { PluginSettings } from './plugin-settings.js';

/** How results are printed. All commands have the first two; a command declares which others it has. */
export const formats = ['json', 'text', 'prometheus', 'mermaid', 'dot', 'svg', 'html'] as const;

export type Format = (typeof formats)[number];

/** Whether `vif show` draws one picture of everything in this format. */
export function isPicture(format: Format): boolean {
  return format !== 'json' && format !== 'text' && format !== 'prometheus';
}

/** The settings from the options of the command line. */
export interface Settings extends Verbosity, PluginSettings {
  /** The configuration file that was named. */
  readonly config?: string;
  readonly format: Format;
  /** The file for metrics or a picture; standard output unless given. */
  readonly output?: string;
  /** Whether a command is about everything that is plugged. */
  readonly all?: boolean;
  /** The rules for requests that do not specify them. */
  readonly routing: Routing;
  /** Where the OVSDB server listens, as in `unix:/var/run/openvswitch/db.sock`. */
  readonly ovsdb: string;
  /** Files with keys for an `ssl:` endpoint, as PEM: the server's CA, our certificate, and its private key. */
  readonly ovsdbCa?: string;
  readonly ovsdbCert?: string;
  readonly ovsdbKey?: string;
  /** The host name that the OVSDB server's certificate must be for. */
  readonly ovsdbName?: string;
  /** OVN's southbound database. */
  readonly ovnSb?: string;
  /** OVN's northbound database. */
  readonly ovnNb?: string;
  /** The phase of a live migration for a plug or an unplug. */
  readonly phase?: MigrationPhase;
  /** Whether a plug waits for ports to carry traffic, or at most how many milliseconds. */
  readonly wait?: boolean | number;
  /** Whether a check also fails for what waits. */
  readonly strict?: boolean;
  /** Whether what a guest still uses is unplugged. */
  readonly force?: boolean;
  /** The libvirt URI, as for `virsh --connect`. */
  readonly connect?: string;
  /** The network namespace that links are in, by its name or its file's path; this process's own unless given. */
  readonly netns?: string;
  readonly sysfsRoot: string;
  /** The directory of locks and records; the host's default unless given. */
  readonly stateDir?: string;
  /** The user, by name or id, who may open the taps that plugs make. */
  readonly tapOwner: string;
  /** Put in front of commands that change the network; empty for none. */
  readonly rootHelper: readonly string[];
  /** Put in front of vendors' tools; the root helper unless given. */
  readonly toolHelper?: readonly string[];
  /** Milliseconds for undoing a failed plug after that. */
  readonly undoTimeout: number;
  /** The UUID of the guest that plain VIFs, without a request around them, belong to. */
  readonly instance?: string;
  /** Whether to show how the time of each request was spent. */
  readonly timeline?: boolean;
  /** The file of requests whose needs the doctor checks. */
  readonly for?: string;
  /** Whether only what failed or differs is printed. */
  readonly quiet?: boolean;
  /** Whether to print a summary line at the end. */
  readonly summary?: boolean;
  /** Whether a difference has a separate exit status. */
  readonly detailedExitcode?: boolean;
  /** Whether to show a plug instead of doing it. */
  readonly dryRun?: boolean;
}

/** The settings that concern this host. */
export function hostOptions(settings: Settings): HostOptions {
  const { ovsdb, ovsdbCa, ovsdbCert, ovsdbKey, ovsdbName } = settings;
  const { ovnSb, ovnNb, netns, sysfsRoot, stateDir, tapOwner, rootHelper, toolHelper } = settings;
  const ovsdbTls = { ca: ovsdbCa, cert: ovsdbCert, key: ovsdbKey, serverName: ovsdbName };
  const databases = { ovsdb, ovnSb, ovnNb, ovsdbTls };
  return { ...databases, networkNamespace: netns, sysfsRoot, stateDir, tapOwner, rootHelper, toolHelper };
}

// Not core's function: core is not loaded if it is not needed, as for `vif --help`.
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether the arguments are ids of VIFs, rather than files. */
export function areIds(files: readonly string[]): boolean {
  return files.length > 0 && files.every((file) => uuid.test(file));
}

/**
 * Whether a command is about what is plugged, rather than about given requests: if that is requested, or if there is
 * neither a file nor a writer to standard input.
 */
export function meansPlugged(
  { all }: Settings,
  { waitsForInput }: { readonly waitsForInput?: (() => boolean) | undefined },
  files: readonly string[],
): boolean {
  return (
    all === true || areIds(files) || (files.length === 1 && files[0] === '-' && waitsForInput?.() === true)
  );
}
