import type { VlansOnPath } from '@vifkit/engine/connection';
import { listJson } from '../commands/list-json.js';
import type { Programs } from '../commands/programs.js';
import { type Argv, missingProgram, withHelper } from '../commands/run-program.js';

/** The bridge state of a link, which may be a member or a bridge itself. */
export interface BridgeMember extends VlansOnPath {
  readonly isolated: boolean;
  readonly master: string | undefined;
  /** For a bridge: whether it filters VLANs. */
  readonly filters: boolean;
  /** For a bridge: the VLAN that it gives new members; null if it gives them none. */
  readonly defaultVlan: number | null;
}

/** The VLAN that a bridge gives its members unless it is configured otherwise. */
export const DEFAULT_VLAN = 1;

/** The output of `ip -details -json link`. */
interface LinkJson {
  readonly ifname: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_data?: { readonly vlan_filtering?: number; readonly vlan_default_pvid?: number };
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

/** Reads all links that may be bridges or members of bridges. */
export async function readMembers(
  programs: Programs,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BridgeMember>> {
  const [links, vlans] = await Promise.all([
    readJson<LinkJson>(programs, ['ip', '-details', '-json', 'link', 'show'], signal),
    readVlans(programs, signal),
  ]);
  return new Map(links.map((link) => [link.ifname, memberOf(link, vlans.get(link.ifname))]));
}

/** An address in a bridge's forwarding table, as `bridge -json fdb` prints it. */
interface EntryJson {
  readonly mac: string;
  /** The member behind which it is. */
  readonly ifname: string;
  readonly master?: string;
  /** `permanent` is an address of the member itself: the bridge keeps what is sent to it. */
  readonly state?: string;
  /** A `locked` entry was learned from a locked member, whose frames are dropped nonetheless. */
  readonly flags?: readonly string[];
}

/** Reads the addresses to which bridges forward frames, and the members behind which these are. */
export async function readEntries(
  programs: Programs,
  signal: AbortSignal,
): Promise<readonly Pick<EntryJson, 'ifname' | 'mac'>[]> {
  const read = await readJson<EntryJson>(programs, ['bridge', '-json', 'fdb', 'show'], signal);
  return read.filter(
    ({ master, state, flags = [] }) =>
      master !== undefined && state !== 'permanent' && !flags.includes('locked'),
  );
}

/** Reads the VLANs of all bridges and their members. */
export async function readVlans(
  programs: Programs,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, VlansOnPath>> {
  const read = await readJson<VlanJson>(programs, ['bridge', '-json', 'vlan', 'show'], signal);
  return new Map(read.map(({ ifname, vlans }) => [ifname, vlansOf(vlans)]));
}

function vlansOf(vlans: VlanJson['vlans']): VlansOnPath {
  const [tagged, untagged]: [number[], number[]] = [[], []];
  let native: number | null = null;
  for (const { vlan, vlanEnd = vlan, flags = [] } of vlans) {
    for (let each = vlan; each <= vlanEnd; each++) {
      if (flags.includes('PVID')) native = each;
      else tagged.push(each);
      if (flags.includes('Egress Untagged')) untagged.push(each);
    }
  }
  return { native, tagged, untagged };
}

const noVlans: VlansOnPath = { native: null, tagged: [], untagged: [] };

function memberOf({ master, linkinfo }: LinkJson, vlans: VlansOnPath = noVlans): BridgeMember {
  const { vlan_filtering, vlan_default_pvid = DEFAULT_VLAN } = linkinfo?.info_data ?? {};
  return {
    ...vlans,
    master,
    isolated: linkinfo?.info_slave_data?.isolated ?? false,
    filters: vlan_filtering === 1,
    defaultVlan: vlan_default_pvid === 0 ? null : vlan_default_pvid,
  };
}

function readJson<T>(programs: Programs, argv: Argv, signal: AbortSignal): Promise<readonly T[]> {
  return listJson(programs, argv, 'the bridges', signal);
}

/** Runs a command. Returns its error message if it fails. */
export async function runBridge(
  rootHelper: readonly string[],
  command: Argv,
  programs: Programs,
  signal: AbortSignal,
): Promise<string | undefined> {
  const argv = withHelper(rootHelper, command);
  const { exitCode, stderr, missing } = await programs.run(argv, { signal, doing: 'changing bridges' });
  if (missing) throw missingProgram(argv[0]);
  return exitCode === 0 ? undefined : stderr.trim().split('\n')[0] || `exit status ${exitCode}`;
}
