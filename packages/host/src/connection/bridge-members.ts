import type { VlansOnPath } from '@vifkit/engine/connection';
import { listJson } from '../commands/list-json.js';
import type { Programs } from '../commands/programs.js';
import { type IpLink, linksByName } from '../links/ip/parse-links.js';
import type { LinkState } from '../links/link-state.js';
import { readEntries, readVlans } from '../port-settings/bridge-program.js';

const LINKS = ['ip', '-details', '-json', 'link', 'show'] as const;

/** Reads what else is in Linux bridges. Few paths depend on that, so it is read in addition to the links of paths. */
export class BridgeMembers {
  constructor(private readonly programs: Programs) {}

  /**
   * The members of these bridges, by bridge.
   * @throws VifError
   */
  async read(bridges: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LinkState[]>> {
    const members = new Map<string, LinkState[]>(bridges.map((each) => [each, []]));
    const [only, ...others] = bridges;
    if (only === undefined) return members;
    // One process reads the members of one bridge, or all links.
    const master = others.length === 0 ? ['master', only] : [];
    const links = await listJson<IpLink>(this.programs, [...LINKS, ...master], 'the bridges', signal);
    for (const link of linksByName(links).values()) members.get(link.master ?? '')?.push(link);
    return members;
  }

  /**
   * The VLANs of all bridges and their members.
   * @throws VifError
   */
  vlans(signal: AbortSignal): Promise<ReadonlyMap<string, VlansOnPath>> {
    return readVlans(this.programs, signal);
  }

  /**
   * The MAC addresses in the forwarding tables of bridges, by these members.
   * @throws VifError
   */
  async entries(
    members: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const found = await readEntries(this.programs, signal);
    const of = (member: string) => found.filter(({ ifname }) => ifname === member).map(({ mac }) => mac);
    return new Map(members.map((member) => [member, new Set(of(member))]));
  }
}
