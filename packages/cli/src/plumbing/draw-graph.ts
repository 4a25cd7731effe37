import { printable } from '../output/printable.js';
import type { Style } from '../output/style.js';
import { describeNodes, kindTitles } from './describe-nodes.js';
import type { Plumbing, PlumbingEdge, PlumbingNode } from './plumbing.js';

/** A node, or both ends of a veth pair, with what lies behind. */
interface Stop {
  readonly nodes: readonly PlumbingNode[];
  /** The connection to the stop before. */
  readonly by: PlumbingEdge | undefined;
  readonly next: readonly Stop[];
}

/** Draws a graph from top to bottom, beginning at its first node; then what is not connected to that. */
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
  return by?.missing ? style('red', '┆') : '│';
}

function title({ nodes }: Stop): string {
  const names = nodes.map(({ name }) => printable(name)).join(' ══ ');
  const isGuest = nodes[0]?.kind === 'guest';
  return isGuest ? `${kindTitles.guest}  ${names}` : names;
}
