import { stepKindOf } from '@vifkit/core/internal';
import type { GuestDevice } from '@vifkit/core/nova';
import type { LinkStep, OvsBridgeStep, OvsPortStep, VfStep } from '@vifkit/core/steps';
import type { Connection, Difference, JudgedLeg, PlannedStep } from '@vifkit/engine';

/** A VIF's path from the guest to the network, as a graph. */
export interface Plumbing {
  readonly nodes: readonly PlumbingNode[];
  readonly edges: readonly PlumbingEdge[];
}

export type NodeKind = 'guest' | 'link' | 'bridge' | 'veth' | 'tap' | 'vlan' | 'ovsBridge' | 'ovsPort' | 'vf';

/** A guest's card, or something on the host. */
export interface PlumbingNode {
  /** A link's, bridge's or port's name, a PCI address, or for the guest its MAC address. */
  readonly name: string;
  readonly kind: NodeKind;
  /** The hypervisor makes it when the guest starts. */
  readonly byHypervisor: boolean;
  /** The host lacks it. */
  readonly missing: boolean;
  /** The attributes that the plan asks for; none for a guest's link that is not there yet. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The differences of the host from these attributes. */
  readonly differences: readonly Difference[];
  /** What is broken about it on the path to the network. */
  readonly broken?: readonly string[];
  /** What it waits for. */
  readonly waiting?: readonly string[];
}

/**
 * `card`: the guest's card and its host side; `member`: a link in a Linux bridge; `port`: a link in an Open vSwitch
 * bridge; `veth`: the ends of a pair, of links or of patch ports; `vlan`: a VLAN link and its lower link.
 */
type EdgeKind = 'card' | 'member' | 'port' | 'veth' | 'vlan';

export interface PlumbingEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** The host lacks the connection. */
  readonly missing: boolean;
  /** It is there, but something is wrong with it: the reasons are with the node. */
  readonly broken?: boolean;
}

/** The plumbing of a VIF, derived from the steps of its plan and its guest's device. */
export function plumbingOf(
  steps: readonly PlannedStep[],
  device: GuestDevice,
  mac?: string,
  connection?: Connection,
): Plumbing {
  const builder = new PlumbingBuilder();
  // No link has this name: a MAC address is longer than a link name, and link names contain no spaces.
  const guest = mac ?? 'no MAC address';
  builder.describe(guest, { kind: 'guest' });
  for (const planned of steps) addStep(builder, planned);
  addDevice(builder, guest, device, steps);
  for (const leg of connection?.legs ?? []) builder.judge(leg);
  return { nodes: builder.nodes, edges: builder.edges };
}

function addStep(builder: PlumbingBuilder, planned: PlannedStep): void {
  const { step } = planned;
  if (step.kind === 'link') addLink(builder, step, planned);
  else if (step.kind === 'ovsBridge') addOvsBridge(builder, step, planned);
  else if (step.kind === 'ovsPort') addPort(builder, step, planned);
  else if (step.kind === 'vf') addVf(builder, step, planned);
  else addBeside(builder, planned);
}

function addLink(builder: PlumbingBuilder, step: LinkStep, planned: PlannedStep): void {
  const { name, create } = step;
  const missing = isMissing(planned);
  // An existing link keeps its own values of the initial attributes.
  const { master, bridge, ...attributes } = { ...(missing && step.initial), ...step.set };
  const kind = create && create.type !== 'command' ? create.type : 'link';
  builder.describe(name, { kind, ...(!planned.isAwaited && { attributes }), ...state(planned) });
  if (create?.type === 'veth') {
    builder.describe(create.peer, { kind: 'veth', missing });
    builder.connect(name, create.peer, 'veth', missing);
  }
  if (create?.type === 'vlan') {
    builder.describe(name, { attributes: { vlan: create.id } });
    builder.mention(create.link, 'link');
    builder.connect(name, create.link, 'vlan', missing);
  }
  if (master) {
    builder.mention(master, 'bridge');
    builder.connect(name, master, 'member', missing || differsIn(planned, 'master'));
  }
}

function addOvsBridge(builder: PlumbingBuilder, { name, mtu }: OvsBridgeStep, planned: PlannedStep): void {
  builder.describe(name, { kind: 'ovsBridge', attributes: { ...(mtu && { mtu }) }, ...state(planned) });
}

function addPort(builder: PlumbingBuilder, step: OvsPortStep, planned: PlannedStep): void {
  const { name, bridge, type, tag, options = {} } = step;
  const { missing, differences } = state(planned);
  // If the port has its own link, that link shows whether it exists.
  if (!builder.has(name)) builder.describe(name, { kind: 'ovsPort', missing });
  builder.describe(name, {
    attributes: { ...(type && { type }), ...(tag !== undefined && { tag }) },
    differences,
  });
  builder.mention(bridge, 'ovsBridge');
  builder.connect(name, bridge, 'port', missing || differsIn(planned, 'bridge'));
  if (type === 'patch' && options.peer) builder.connect(name, options.peer, 'veth', missing);
}

function addVf(builder: PlumbingBuilder, step: VfStep, planned: PlannedStep): void {
  const { kind, address, ...attributes } = step;
  builder.describe(address, { kind, attributes, ...state(planned) });
}

/** The target of a vendor's step is drawn as an attribute of the node beside it. */
function addBeside(builder: PlumbingBuilder, planned: PlannedStep): void {
  const { step, differences } = planned;
  const { noun, drawnBeside, describe } = stepKindOf(step);
  const name = drawnBeside?.(step);
  if (name === undefined) return;
  const words = describe(step, isMissing(planned)).join(', ');
  const own = differences.map((each) => {
    if (each.attribute !== 'exists') return { ...each, attribute: `${noun} ${each.attribute}` };
    return { attribute: noun, expected: words, actual: null };
  });
  builder.describe(name, { attributes: { [noun]: words }, differences: own });
}

function addDevice(
  builder: PlumbingBuilder,
  guest: string,
  { hostLink, bridge }: GuestDevice,
  steps: readonly PlannedStep[],
): void {
  if (hostLink === undefined) {
    for (const { step } of steps) if (step.kind === 'vf') builder.connect(guest, step.address, 'card');
    return;
  }
  const isPlanned = steps.some(({ step }) => step.kind === 'link' && concerns(step, hostLink));
  builder.describe(hostLink, isPlanned ? {} : { byHypervisor: true, missing: false });
  builder.connect(guest, hostLink, 'card');
  if (bridge === undefined || builder.isConnected(hostLink, bridge)) return;
  builder.mention(bridge, 'bridge');
  const onOvs = builder.nodes.some(({ name, kind }) => name === bridge && kind === 'ovsBridge');
  builder.connect(hostLink, bridge, onOvs ? 'port' : 'member');
}

function concerns({ name, create }: LinkStep, link: string): boolean {
  return name === link || (create?.type === 'veth' && create.peer === link);
}

function state(planned: PlannedStep) {
  const differences = planned.differences.filter(({ attribute }) => attribute !== 'exists');
  return { missing: isMissing(planned), differences };
}

function isMissing(planned: PlannedStep): boolean {
  return differsIn(planned, 'exists');
}

function differsIn({ differences }: PlannedStep, name: string): boolean {
  return differences.some(({ attribute }) => attribute === name);
}

/** Builds a graph from several mentions of each node. */
class PlumbingBuilder implements Plumbing {
  readonly #nodes = new Map<string, PlumbingNode>();
  readonly #edges: PlumbingEdge[] = [];

  get nodes(): PlumbingNode[] {
    return [...this.#nodes.values()];
  }

  get edges(): PlumbingEdge[] {
    return this.#edges;
  }

  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** Adds a node, or details to an existing one. */
  describe(name: string, known: Partial<PlumbingNode>): void {
    const { attributes, differences, ...before } = this.#nodes.get(name) ?? unknown(name);
    this.#nodes.set(name, {
      ...before,
      ...known,
      attributes: { ...attributes, ...known.attributes },
      differences: [...differences, ...(known.differences ?? [])],
    });
  }

  /** Records the state of a leg on the node with its name, or on a new node. */
  judge({ name, leg, state, why = '' }: JudgedLeg): void {
    if (state === 'sound') return;
    if (state === 'broken' && this.#isMissing(name, leg)) return;
    const { broken = [], waiting = [] } = this.#nodes.get(name) ?? {};
    if ((state === 'broken' ? broken : waiting).includes(why)) return;
    const found = state === 'broken' ? { broken: [...broken, why] } : { waiting: [...waiting, why] };
    this.describe(name, { ...(this.has(name) ? {} : { kind: kindOfLeg[leg] ?? 'link' }), ...found });
    if (leg === 'ovsPort' || leg === 'bridgeMember') this.#cut(name, state === 'broken');
  }

  /** Whether the plan has shown what a leg is about to be missing: the leg adds nothing to that. */
  #isMissing(name: string, leg: JudgedLeg['leg']): boolean {
    const { missing, kind } = this.#nodes.get(name) ?? {};
    const isConnection = leg === 'ovsPort' || leg === 'bridgeMember';
    // A link may exist that is not a port yet.
    if (missing && (kind !== 'ovsPort' || leg === 'ovsPort')) return true;
    return isConnection && this.#edges[this.#connectionOf(name)]?.missing === true;
  }

  /** Where the connection of a port or member is; -1 if it has none. */
  #connectionOf(name: string): number {
    return this.#edges.findIndex(({ from, kind }) => from === name && (kind === 'port' || kind === 'member'));
  }

  /** The connection of a port or member that is broken. */
  #cut(name: string, isBroken: boolean): void {
    const place = this.#connectionOf(name);
    const edge = this.#edges[place];
    if (edge && isBroken) this.#edges[place] = { ...edge, broken: true };
  }

  /** Adds a node that is only referred to, unless it exists. */
  mention(name: string, kind: PlumbingNode['kind']): void {
    const kindSoFar = this.#nodes.get(name)?.kind;
    if (kindSoFar === undefined || kindSoFar === 'link') this.describe(name, { kind });
  }

  /** Connects two nodes, unless they are already connected: each end of a veth pair names the other. */
  connect(from: string, to: string, kind: EdgeKind, missing = false): void {
    if (this.isConnected(from, to)) return;
    this.#edges.push({ from, to, kind, missing });
  }

  isConnected(one: string, other: string): boolean {
    return this.#edges.some(({ from, to }) => {
      return (from === one && to === other) || (from === other && to === one);
    });
  }
}

/** The kind of node for a leg that has no other node. */
const kindOfLeg: Partial<Record<JudgedLeg['leg'], NodeKind>> = {
  function: 'vf',
  ovsPort: 'ovsPort',
  ovsBridge: 'ovsBridge',
  bridge: 'bridge',
};

function unknown(name: string): PlumbingNode {
  return { name, kind: 'link', byHypervisor: false, missing: false, attributes: {}, differences: [] };
}
