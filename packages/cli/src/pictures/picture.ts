import type { Thing } from '@vifkit/engine';
import type { Plumbing, PlumbingEdge, PlumbingNode } from '../plumbing/graph.js';

/** Whether something is as it should be. `waiting` means that this is not known until the guest has started. */
export type PictureState = 'sound' | 'waiting' | 'broken';

/** A box. */
export interface PictureNode {
  /** Unique in the picture. */
  readonly id: string;
  readonly kind: PlumbingNode['kind'] | 'daemon';
  readonly title: string;
  /** What it is, and what is wrong with it, one line each. */
  readonly details: readonly string[];
  readonly state: PictureState;
  /** The ids of the VIFs that it concerns. */
  readonly vifIds: readonly string[];
}

/** A line between two boxes, from the guest's side to the network's. */
interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly isBroken: boolean;
}

export interface Picture {
  readonly title: string;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
  readonly vifs: readonly PicturedVif[];
}

/** A VIF in a picture. */
export interface PicturedVif {
  readonly id: string;
  readonly state: PictureState;
  /** Why it is not sound. */
  readonly why: readonly string[];
  readonly type?: string;
  readonly instance?: string;
  readonly mac?: string;
}

/** The parts of a VIF to draw. */
export interface VifPlumbing {
  readonly vif: PicturedVif;
  readonly plumbing: Plumbing;
  /** Things that a check found not to be sound, by name, with the reason. They need not differ from the plan. */
  readonly legs: readonly {
    readonly leg?: string;
    readonly name: string;
    readonly state: PictureState;
    readonly why?: string;
  }[];
}

const kindTitles: Readonly<Record<PictureNode['kind'], string>> = {
  guest: 'guest',
  link: 'link',
  bridge: 'Linux bridge',
  veth: 'veth pair',
  tap: 'tap',
  vlan: 'VLAN',
  ovsBridge: 'Open vSwitch bridge',
  ovsPort: 'Open vSwitch port',
  vf: 'virtual function',
  daemon: 'daemon',
};

/** Joins the plumbing of VIFs, which share bridges, and their surroundings on the host. */
export function pictureOf(
  title: string,
  plumbings: readonly VifPlumbing[],
  surroundings: readonly Thing[] = [],
): Picture {
  const nodes = new Map<string, PictureNode>();
  const edges = new Map<string, PictureEdge>();
  const connect = (from: string, to: string, isBroken: boolean) => {
    const known = edges.get(`${from} ${to}`) ?? edges.get(`${to} ${from}`);
    const edge = known ?? { from, to, isBroken };
    edges.set(`${edge.from} ${edge.to}`, { ...edge, isBroken: edge.isBroken || isBroken });
  };
  for (const { vif, plumbing, legs } of plumbings) {
    // Two guests may have one MAC address, on two networks.
    const idOf = (name: string) =>
      plumbing.nodes.some((node) => node.name === name && node.kind === 'guest') ? `guest ${vif.id}` : name;
    for (const node of plumbing.nodes) {
      const id = idOf(node.name);
      nodes.set(id, joined(nodes.get(id), pictured(id, node, vif, legs)));
    }
    for (const { from, to, missing } of outwards(plumbing)) connect(idOf(from), idOf(to), missing);
  }
  for (const thing of surroundings) addThing(nodes, connect, thing);
  return {
    title,
    nodes: [...nodes.values()],
    edges: [...edges.values()].filter(({ from, to }) => nodes.has(from) && nodes.has(to)),
    vifs: plumbings.map(({ vif }) => vif),
  };
}

/**
 * The edges of a VIF, directed away from its guest. Each VIF is treated separately, because another may reach a shared
 * bridge by a shorter path.
 */
function outwards({ nodes, edges }: Plumbing): PlumbingEdge[] {
  const neighbours = new Map<string, string[]>();
  const note = (one: string, other: string) => neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
  for (const { from, to } of edges) {
    note(from, to);
    note(to, from);
  }
  const distances = new Map<string, number>();
  for (const { name, kind } of nodes) if (kind === 'guest') distances.set(name, 0);
  // The iteration also visits entries that are added to the map meanwhile.
  for (const [name, distance] of distances) {
    for (const next of neighbours.get(name) ?? [])
      if (!distances.has(next)) distances.set(next, distance + 1);
  }
  const distance = (name: string) => distances.get(name) ?? Number.POSITIVE_INFINITY;
  return edges.map((edge) =>
    distance(edge.from) <= distance(edge.to) ? edge : { ...edge, from: edge.to, to: edge.from },
  );
}

function pictured(
  id: string,
  { name, kind, byHypervisor, missing, attributes, differences }: PlumbingNode,
  vif: PicturedVif,
  legs: VifPlumbing['legs'],
): PictureNode {
  const found = legs.filter((leg) => leg.name === name && leg.state !== 'sound');
  // Of what is missing, the plan has shown that; but a link may exist that is not a port yet.
  const isShown = (leg?: string) => missing && (kind !== 'ovsPort' || leg === 'ovsPort');
  const reported = found.filter(({ leg, state }) => state !== 'broken' || !isShown(leg));
  const isBroken = missing || differences.length > 0 || found.some(({ state }) => state === 'broken');
  const mtu = attributes.mtu === undefined ? [] : [`mtu ${attributes.mtu}`];
  const wrong = differences.map(
    ({ attribute, expected, actual }) => `${attribute} ${word(actual)}, should be ${word(expected)}`,
  );
  return {
    id,
    kind,
    title: name,
    details: [
      byHypervisor ? 'made by the hypervisor' : kindTitles[kind],
      ...mtu,
      ...(missing ? ['missing'] : []),
      ...wrong,
      ...new Set(reported.flatMap(({ why }) => why ?? [])),
    ],
    state: isBroken ? 'broken' : found.length > 0 ? 'waiting' : 'sound',
    vifIds: [vif.id],
  };
}

function word(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const states: readonly PictureState[] = ['sound', 'waiting', 'broken'];

function joined(known: PictureNode | undefined, node: PictureNode): PictureNode {
  if (!known) return node;
  const state = states[Math.max(states.indexOf(known.state), states.indexOf(node.state))] ?? 'sound';
  return {
    ...known,
    kind: known.kind === 'link' ? node.kind : known.kind,
    details: [...new Set([...known.details, ...node.details])],
    state,
    vifIds: [...new Set([...known.vifIds, ...node.vifIds])],
  };
}

const thingKinds: Readonly<Partial<Record<Thing['kind'], PictureNode['kind']>>> = {
  link: 'link',
  ovsBridge: 'ovsBridge',
  ovsPort: 'ovsPort',
  daemon: 'daemon',
};

/** Adds what leads out of a bridge, and daemons that are not running. The rest is in the plumbing of the VIFs. */
function addThing(
  nodes: Map<string, PictureNode>,
  connect: (from: string, to: string, isBroken: boolean) => void,
  { kind, name, below, isUplink, attributes }: Thing,
): void {
  const pictureKind = thingKinds[kind];
  if (pictureKind === undefined) return;
  const isDown = attributes.up === false || attributes.running === false || attributes.error !== undefined;
  if (!isUplink && !(kind === 'daemon' && isDown)) return;
  const details = [
    kind === 'link' || kind === 'ovsPort' ? 'uplink' : kindTitles[pictureKind],
    ...(attributes.mtu === undefined ? [] : [`mtu ${word(attributes.mtu)}`]),
    ...(attributes.up === false ? ['down'] : []),
    ...(attributes.running === false ? ['does not run'] : []),
    ...(attributes.error === undefined ? [] : [word(attributes.error)]),
  ];
  const bridges = below.map((key) => key.slice(key.indexOf(' ') + 1)).filter((each) => nodes.has(each));
  if (nodes.has(name) || (bridges.length === 0 && kind !== 'daemon')) return;
  const state = isDown && !(kind === 'ovsPort') ? 'broken' : 'sound';
  nodes.set(name, { id: name, kind: pictureKind, title: name, details, state, vifIds: [] });
  for (const bridge of bridges) if (bridge !== name) connect(bridge, name, state === 'broken');
}
