import { VifError } from '@vifkit/core';
import type { Argv, Programs } from '../commands/programs.js';
import { missingProgram } from '../commands/run-program.js';
import { completeDump } from '../links/ip/complete-dump.js';

/** The VLANs that a member of a bridge is in. */
export interface MemberVlans {
  /** The VLAN of untagged packets; null if they are dropped. */
  readonly native: number | null;
  /** In ascending order. */
  readonly tagged: readonly number[];
  readonly isolated: boolean;
}

/** The bridge state of a link, which may be a member or a bridge itself. */
export interface BridgeMember extends MemberVlans {
  readonly master: string | undefined;
  /** For a bridge: whether it filters VLANs. */
  readonly filters: boolean;
}

/** The output of `ip -details -json link`. */
interface LinkJson {
  readonly ifname: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_data?: { readonly vlan_filtering?: number };
    readonly info_slave_data?: { readonly isolated?: boolean };
  };
}

/** The output of `bridge -json vlan`. */
interface VlanJson {
  readonly ifname: string;
  readonly vlans: readonly {
    readonly vlan: number;
    readonly vlanEnd?: number;
    readonly flags?: readonly string[];
  }[];
}

/** Reads those of these links that exist. */
export async function readMembers(
  names: readonly string[],
  programs: Programs,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BridgeMember>> {
  const [links, vlans] = await Promise.all([
    readJson<LinkJson>(programs, ['ip', '-details', '-json', 'link', 'show'], signal),
    readJson<VlanJson>(programs, ['bridge', '-json', 'vlan', 'show'], signal),
  ]);
  const byName = new Map(vlans.map(({ ifname, vlans }) => [ifname, vlans]));
  const wanted = new Set(names);
  const found = links.filter(({ ifname }) => wanted.has(ifname));
  return new Map(found.map((link) => [link.ifname, memberOf(link, byName.get(link.ifname) ?? [])]));
}

function memberOf({ master, linkinfo }: LinkJson, vlans: VlanJson['vlans']): BridgeMember {
  const tagged: number[] = [];
  let native: number | null = null;
  for (const { vlan, vlanEnd = vlan, flags = [] } of vlans) {
    if (flags.includes('PVID')) native = vlan;
    else for (let each = vlan; each <= vlanEnd; each++) tagged.push(each);
  }
  return {
    master,
    native,
    tagged,
    isolated: linkinfo?.info_slave_data?.isolated ?? false,
    filters: linkinfo?.info_data?.vlan_filtering === 1,
  };
}

async function readJson<T>(programs: Programs, argv: Argv, signal: AbortSignal): Promise<readonly T[]> {
  const list = () => run(programs, argv, signal, 'reading bridges');
  const { stdout, complaint } = await completeDump(list, signal);
  if (complaint !== undefined)
    throw new VifError('LINK_COMMAND_FAILED', `Bridges cannot be read: ${complaint}`);
  return JSON.parse(stdout || '[]');
}

/** Runs a command. Returns its error message if it fails. */
export async function runBridge(
  rootHelper: readonly string[],
  argv: readonly string[],
  programs: Programs,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [program = 'bridge', ...args] = [...rootHelper, ...argv];
  return (await run(programs, [program, ...args], signal, 'changing bridges')).complaint;
}

async function run(programs: Programs, argv: Argv, signal: AbortSignal, doing: string) {
  const { exitCode, stderr, stdout, missing } = await programs.run(argv, { signal, doing });
  if (missing) throw missingProgram(argv[0], 'iproute2');
  const complaint = exitCode === 0 ? undefined : stderr.trim().split('\n')[0] || `exit status ${exitCode}`;
  return { stdout, stderr, complaint };
}
