import { asVifError, isVifError, type VifError } from '@vifkit/core';
import type { BridgeMemberLeg, Leg } from '@vifkit/core/connection';
import type {
  ConnectionReader,
  FiltersOnPath,
  FunctionOnPath,
  Held,
  HostState,
  LinkOnPath,
  OpenVSwitchOnPath,
} from '@vifkit/engine/connection';
import { hasAddress } from '../links/addresses/link-addresses.js';
import { type LinkState, vifOf } from '../links/link-state.js';
import type { LinkTable } from '../links/link-table.js';
import type { FilterTable } from '../port-security/filter-table.js';
import type { BridgeMembers } from './bridge-members.js';

/** What paths are read with. */
export interface ConnectionParts {
  readonly links: LinkTable;
  readonly openVSwitch: {
    read(legs: readonly Leg[], signal: AbortSignal, isUnchanged: boolean): Promise<OpenVSwitchOnPath>;
    readAhead(legs: readonly Leg[], signal: AbortSignal): void;
  };
  readonly bridges: Pick<BridgeMembers, 'read' | 'vlans' | 'entries'>;
  readonly filters: Pick<FilterTable, 'read'>;
  functions(addresses: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, FunctionOnPath>>;
  sockets(paths: readonly string[]): Promise<HostState['sockets']>;
  holders: ConnectionReader['holders'];
}

/** Reads the state of VIFs' paths: one reading for each kind of thing, limited to the things that legs name. */
export class HostConnection implements ConnectionReader {
  constructor(private readonly parts: ConnectionParts) {}

  async read(legs: readonly Leg[], signal: AbortSignal, isUnchanged = false): Promise<HostState> {
    const { parts } = this;
    const namesOf = (kind: Leg['kind']) => [
      ...new Set(legs.filter((leg) => leg.kind === kind).map(({ name }) => name)),
    ];
    const [addresses, paths] = [namesOf('function'), namesOf('socket')];
    const functions = addresses.length === 0 ? new Map() : await parts.functions(addresses, signal);
    const [links, openVSwitch, ownFilters, sockets] = await Promise.all([
      this.#readLinks(legs, functions, signal, isUnchanged),
      legs.some(isOpenVSwitch) ? orError(parts.openVSwitch.read(legs, signal, isUnchanged)) : undefined,
      legs.some(({ kind }) => kind === 'guestFilter') ? orError(this.#readFilters(signal)) : undefined,
      paths.length === 0 ? new Map() : parts.sockets(paths),
    ]);
    const [filters, bridges] = await Promise.all([
      ownFilters ?? this.#readOthersFilters(legs, links, signal),
      this.#readBridges(legs, links, signal),
    ]);
    const dependsOnChecksums =
      openVSwitch && !isVifError(openVSwitch) && legs.some((leg) => isInUserspace(leg, openVSwitch));
    // Reading the offload takes another process. It matters only to guests that run: others send nothing.
    const isAsked = dependsOnChecksums && legs.some((leg) => isOfRunningGuest(leg, links));
    const checksumOffload = isAsked ? await orError(parts.links.readChecksumOffload(signal)) : undefined;
    return { links, bridges, openVSwitch, filters, functions, sockets, checksumOffload };
  }

  readAhead(legs: readonly Leg[], signal: AbortSignal): void {
    if (legs.some(isOpenVSwitch)) this.parts.openVSwitch.readAhead(legs, signal);
  }

  holders(held: Held): Promise<ReadonlyMap<string, string>> {
    return this.parts.holders(held);
  }

  async #readLinks(
    legs: readonly Leg[],
    functions: ReadonlyMap<string, FunctionOnPath>,
    signal: AbortSignal,
    isUnchanged: boolean,
  ): Promise<Map<string, LinkOnPath>> {
    const { links: table } = this.parts;
    const physical = [...functions.values()].flatMap(({ vf }) => (vf ? [vf.pf] : []));
    // A link whose name is not known, such as a macvtap, is searched for among all links.
    const isAmongAll = legs.some(({ kind }) => kind === 'macvtap');
    const names = isAmongAll
      ? undefined
      : table.present([...new Set([...legs.flatMap(linksOf), ...physical])]);
    if (names?.length === 0) return new Map();
    const links = await table.read({ names, isUnchanged }, signal);
    return new Map([...links].map(([name, link]) => [name, onPath(link)]));
  }

  /**
   * A guest without a filter is cut off by one that was left for its link, or that is another VIF's. Reading them takes
   * a process, so only a guest that runs on a Linux bridge is worth it: others send nothing that is filtered.
   */
  async #readOthersFilters(
    legs: readonly Leg[],
    links: ReadonlyMap<string, LinkOnPath>,
    signal: AbortSignal,
  ): Promise<FiltersOnPath | undefined> {
    const isAsked = legs.some((leg) => isOfRunningGuest(leg, links) && links.get(leg.name)?.port);
    // Without nftables, or the right to read it, nothing is known to be filtered.
    return isAsked ? this.#readFilters(signal).catch(() => undefined) : undefined;
  }

  /** Reads the members that a guest may reach where its leg names none, and the VLANs where a bridge filters them. */
  async #readBridges(
    legs: readonly Leg[],
    links: ReadonlyMap<string, LinkOnPath>,
    signal: AbortSignal,
  ): Promise<HostState['bridges']> {
    const { bridges: reader } = this.parts;
    const guests = new Set(legs.flatMap(({ kind, name }) => (kind === 'guestLink' ? [name] : [])));
    const joined = legs.filter(
      (leg): leg is BridgeMemberLeg =>
        leg.kind === 'bridgeMember' && links.get(leg.name)?.master === leg.bridge,
    );
    const guestsOwn = joined.filter(({ name }) => guests.has(name));
    const free = guestsOwn.filter(({ partner }) => partner === undefined);
    const listed = guestsOwn
      .map(({ name }) => name)
      .filter((name) => dependsOnEntries(links.get(name), links));
    const filters = joined.some(({ bridge }) => links.get(bridge)?.filtersVlans);
    if (free.length === 0 && !filters && listed.length === 0) return undefined;
    const names = [...new Set(free.map(({ bridge }) => bridge))];
    const read = async () => {
      const [members, vlans, entries] = await Promise.all([
        reader.read(names, signal),
        filters ? reader.vlans(signal) : new Map(),
        listed.length === 0 ? new Map() : reader.entries(listed, signal),
      ]);
      const bare = free.filter(({ name, bridge }) => reachesNone(name, members.get(bridge) ?? []));
      const asked = [...new Set(bare.map(({ bridge }) => bridge))];
      return {
        members: new Map([...members].map(([bridge, links]) => [bridge, links.map(onPath)])),
        hostless: new Set(asked.length === 0 ? [] : await this.#withoutAddress(asked, signal)),
        vlans,
        entries,
      };
    };
    return orError(read());
  }

  /** On a bridge whose VLANs are routed, the addresses are those of VLAN devices on top of it. */
  async #withoutAddress(names: readonly string[], signal: AbortSignal): Promise<string[]> {
    const found = await this.parts.links.readAddresses(names, signal);
    return names.filter((name) => !hasAddress(found, name) && !found.get(name)?.hasAddressesAbove);
  }

  async #readFilters(signal: AbortSignal): Promise<FiltersOnPath> {
    const { guests, fault } = await this.parts.filters.read(signal);
    const applied = [...guests].filter(([, { isUnapplied }]) => !isUnapplied).map(([name]) => name);
    return { fault, guests: new Set(applied) };
  }
}

function isOpenVSwitch({ kind }: Leg): boolean {
  return ['vswitchd', 'ovsBridge', 'ovsPort', 'ovnBinding'].includes(kind);
}

function isInUserspace(leg: Leg, { bridges }: OpenVSwitchOnPath): boolean {
  return leg.kind === 'checksum' && bridges.get(leg.bridge)?.datapathType === 'netdev';
}

function isOfRunningGuest({ kind, name }: Leg, links: ReadonlyMap<string, LinkOnPath>): boolean {
  const link = kind === 'guestLink' ? links.get(name) : undefined;
  return link?.up === true && link.carrier !== false;
}

/** Whether the bridge of a member delivers only what its forwarding table has. Few members are set up like that. */
function dependsOnEntries(
  link: LinkOnPath | undefined,
  links: ReadonlyMap<string, LinkOnPath>,
): boolean | undefined {
  const { port, master = '' } = link ?? {};
  return port && (port.locked || (!port.floods && !(port.learns && !links.get(master)?.forgets)));
}

/** Whether a guest's link reaches no other member of its bridge: there is none, or all are isolated, as it is. */
function reachesNone(name: string, members: readonly LinkState[]): boolean {
  const others = members.filter((each) => each.name !== name);
  return others.length === 0 || members.every(({ port }) => port?.isolated);
}

/** The kernel links that a leg concerns. */
function linksOf(leg: Leg): string[] {
  switch (leg.kind) {
    case 'guestLink':
    case 'macvtap':
    case 'bridge':
    case 'uplink':
      return [leg.name];
    case 'vlan':
      return [leg.name, leg.below];
    case 'bridgeMember':
      return [leg.name, leg.bridge, ...(leg.partner === undefined ? [] : [leg.partner])];
    case 'veth':
      return [leg.name, leg.peer];
    case 'ovsPort':
      return leg.type === '' ? [leg.name] : [];
    default:
      return [];
  }
}

function onPath(link: LinkState): LinkOnPath {
  return {
    name: link.name,
    type: link.type,
    vifId: vifOf(link),
    up: link.up,
    carrier: link.carrier ?? link.tap?.isOpen,
    mtu: link.mtu,
    dropsAll: link.dropsAll,
    allMulticasts: link.allMulticasts,
    address: link.address,
    master: link.master,
    peer: link.peer,
    mode: link.mode,
    filtersVlans: link.bridge?.vlanFiltering,
    forgets: link.bridge?.ageing === 0,
    snoops: link.bridge?.multicastSnooping,
    port: link.port,
    lower: link.lower ?? link.vlan?.link,
    vlanId: link.vlan?.id,
  };
}

/** The result of a reading, or the error if it failed. */
function orError<T>(reading: Promise<T>): Promise<T | VifError> {
  return reading.catch((error: unknown) => asVifError(error, 'CHECK_FAILED', 'The host could not be read'));
}
