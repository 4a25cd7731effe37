import type { GuestDevice } from '@vifkit/core/nova';
import type { Connection, PlannedStep } from '@vifkit/engine';
import { plain, type Style } from '../terminal/output.js';
import { printable, showValue } from '../terminal/text.js';
import { type NodeKind, type Plumbing, type PlumbingEdge, type PlumbingNode, plumbingOf } from './graph.js';

/** Options for a drawing. */
export interface DrawOptions {
  /** The guest's MAC address. */
  readonly mac?: string | undefined;
  /** The path as `VifDriver.check` has judged it: what is broken or not there yet is marked. */
  readonly connection?: Connection | undefined;
  readonly style?: Style | undefined;
}

/**
 * Draws the path from the guest's card to the network, according to a plan (`VifDriver.plan`) and the guest's device
 * (`VifDriver.config`). What the host lacks is marked.
 */
export function drawPlumbing(
  plan: { readonly steps: readonly PlannedStep[] },
  device: GuestDevice,
  { mac, connection, style = plain }: DrawOptions = {},
): string {
  return drawGraph(plumbingOf(plan.steps, device, mac, connection), style);
}

/** A node, or both ends of a veth pair, with what is behind it. */
interface Stop {
  readonly nodes: readonly PlumbingNode[];
  /** The connection to the stop before. */
  readonly by: PlumbingEdge | undefined;
  readonly next: readonly Stop[];
}

/** Draws a graph from top to bottom, starting at its first node, and then what is not connected to it. */
export function drawGraph(plumbing: Plumbing, style: Style): string {
  const seen = new Set<string>();
  const stops = plumbing.nodes.flatMap((node) =>
    seen.has(node.name) ? [] : [walk(node, undefined, plumbing, seen)],
  );
  const columns = stops.flatMap(all).filter(({ nodes }) => nodes.length === 1 && nodes[0]?.kind !== 'guest');
  const width = Math.max(0, ...columns.map((stop) => title(stop).length));
  return stops.map((stop) => `${lines(stop, width, style).join('\n')}\n`).join('\n');
}

function walk(node: PlumbingNode, by: PlumbingEdge | undefined, plumbing: Plumbing, seen: Set<string>): Stop {
  seen.add(node.name);
  const pair = neighbours(node, plumbing, seen).find(({ edge }) => edge.kind === 'veth');
  if (pair) seen.add(pair.node.name);
  const nodes = pair ? [node, pair.node] : [node];
  const next = nodes.flatMap((each) =>
    neighbours(each, plumbing, seen).flatMap((neighbour) =>
      seen.has(neighbour.node.name) ? [] : [walk(neighbour.node, neighbour.edge, plumbing, seen)],
    ),
  );
  return { nodes, by, next };
}

function neighbours({ name }: PlumbingNode, { nodes, edges }: Plumbing, seen: ReadonlySet<string>) {
  return edges.flatMap((edge) => {
    const other = edge.from === name ? edge.to : edge.to === name ? edge.from : undefined;
    const node = nodes.find((each) => each.name === other);
    return node && !seen.has(node.name) ? [{ edge, node }] : [];
  });
}

function all(stop: Stop): Stop[] {
  return [stop, ...stop.next.flatMap(all)];
}

function lines(stop: Stop, width: number, style: Style): string[] {
  const description = describeNodes(stop.nodes, stop.by, style);
  const own = `${title(stop).padEnd(width)}${description && `   ${description}`}`.trimEnd();
  const [only, ...others] = stop.next;
  if (only && others.length === 0) return [own, `  ${connector(only, style)}`, ...lines(only, width, style)];
  return [own, ...stop.next.flatMap((next, i) => branch(next, i === stop.next.length - 1, width, style))];
}

function branch(stop: Stop, isLast: boolean, width: number, style: Style): string[] {
  const [first = '', ...rest] = lines(stop, width, style);
  const [fork, stem] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
  return [`  ${connector(stop, style)}`, `  ${fork}${first}`, ...rest.map((line) => `  ${stem}${line}`)];
}

function connector({ by }: Stop, style: Style): string {
  return by?.missing || by?.broken ? style('red', '┆') : '│';
}

function title({ nodes }: Stop): string {
  const names = nodes.map(({ name }) => printable(name)).join(' ══ ');
  const isGuest = nodes[0]?.kind === 'guest';
  return isGuest ? `${kindTitles.guest}  ${names}` : names;
}

const kindTitles: Readonly<Record<NodeKind, string>> = {
  guest: 'guest',
  link: 'link',
  bridge: 'bridge',
  veth: 'veth pair',
  tap: 'tap',
  vlan: 'VLAN',
  ovsBridge: 'Open vSwitch bridge',
  ovsPort: 'Open vSwitch port',
  vf: 'virtual function',
};

/** The attributes that are shown even if they are as desired. */
const shown = ['up', 'mtu', 'address', 'mac', 'vlan', 'type', 'tag'];

/** The attributes that are not shown then. All others are vendors' terms. */
const quiet = ['promisc', 'ipv6', 'arpIgnore', 'arpAnnounce', 'checksumOffload', 'trust', 'restore'];

/** The text beside a node or a veth pair that is reached by a connection. */
function describeNodes(nodes: readonly PlumbingNode[], by: PlumbingEdge | undefined, style: Style): string {
  const [first] = nodes;
  if (!first || first.kind === 'guest') return '';
  const missing = style('red', '✗ missing');
  const port = by?.kind === 'port' && by.to === first.name ? `port ${printable(by.from)}` : undefined;
  const fault = by?.missing ? ` ${missing}` : by?.broken ? ` ${style('red', '✗ broken')}` : '';
  const words = [
    first.byHypervisor ? 'made by the hypervisor' : kindTitles[first.kind],
    ...(nodes.some((node) => node.missing) ? [missing] : []),
    ...nodes.flatMap((node) => attributeWords(node, nodes.length > 1 ? `${node.name} ` : '', style)),
    ...(port ? [`${port}${fault}`] : []),
    ...(by?.missing && !port ? [style('red', 'not connected')] : []),
    ...nodes.flatMap(({ broken = [] }) => broken.map((why) => style('red', `✗ ${printable(why)}`))),
    ...nodes.flatMap(({ waiting = [] }) => waiting.map((why) => style('yellow', `… ${printable(why)}`))),
  ];
  return [...new Set(words)].join(', ');
}

function attributeWords({ attributes, differences }: PlumbingNode, whose: string, style: Style): string[] {
  const others = Object.keys(attributes).filter((name) => ![...shown, ...quiet].includes(name));
  const wanted = [...shown, ...others].flatMap((name) => {
    const value = attributes[name];
    const isAsWanted = !differences.some(({ attribute }) => attribute === name);
    return value !== undefined && isAsWanted ? [attributeWord(name, value)] : [];
  });
  const different = differences.map(({ attribute, expected, actual }) => {
    const found = printable(`${whose}${attributeWord(attribute, actual)}`);
    return style('yellow', `${found} (should be ${shouldBe(attribute, expected)})`);
  });
  return [...wanted, ...different];
}

function attributeWord(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? name : `not ${name}`;
  return `${name} ${showValue(value)}`;
}

function shouldBe(name: string, value: unknown): string {
  return printable(typeof value === 'boolean' ? attributeWord(name, value) : showValue(value));
}
