import { Graph, layout } from '@dagrejs/dagre';
import type { Picture, PictureNode } from './picture.js';

/** In pixels. Text is not measured; this is the maximum width of a character. */
const size = { character: 7.4, line: 15, padding: 9, margin: 16 };

/**
 * How dagre assigns columns to boxes. The graph from guests to a network is nearly a tree, for which all its algorithms
 * give the same columns; the default, `network-simplex`, takes several seconds for 200 VIFs.
 */
const ranker = 'longest-path';

interface Placed {
  readonly node: PictureNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Colours with a contrast of at least 4.5 to their background; what is broken also has a dashed line. */
const style = `
  .vif-picture { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
  .vif-picture rect { fill: #eef6ee; stroke: #2f6b34; rx: 5px; }
  .vif-picture .title { font-weight: 700; }
  .vif-picture text { fill: #1b1b1b; }
  .vif-picture path { fill: none; stroke: #555; stroke-width: 1.5; }
  .vif-picture .guest rect { fill: #e8f0fb; stroke: #1f4e8c; }
  .vif-picture .waiting rect { fill: #fdf6dd; stroke: #7a5b00; }
  .vif-picture .broken rect { fill: #fbe3e1; stroke: #b3150c; stroke-width: 2.5; }
  .vif-picture .broken .detail { fill: #8f1009; }
  .vif-picture path.broken { stroke: #b3150c; stroke-dasharray: 5 4; }
`;

/** The picture as self-contained SVG, which can also be embedded unchanged in an HTML page. */
export function svg(picture: Picture): string {
  const graph = new Graph();
  graph.setGraph({
    rankdir: 'LR',
    ranker,
    nodesep: 12,
    ranksep: 44,
    marginx: size.margin,
    marginy: size.margin,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of picture.nodes) graph.setNode(node.id, { ...boxOf(node) });
  for (const { from, to } of picture.edges) graph.setEdge(from, to);
  layout(graph);
  const placed = picture.nodes.map((node): Placed => ({ node, ...placeOf(graph.node(node.id)) }));
  const { width = 0, height = 0 } = graph.graph();
  const vifsOf = new Map(picture.nodes.map(({ id, vifIds }) => [id, vifIds]));
  const lines = picture.edges.map(({ from, to, isBroken }) => {
    const points = (graph.edge(from, to)?.points ?? []) as readonly {
      readonly x: number;
      readonly y: number;
    }[];
    const path = points
      .map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${Math.round(x)} ${Math.round(y)}`)
      .join('');
    const own = vifsOf.get(from)?.filter((id) => vifsOf.get(to)?.includes(id)) ?? [];
    return `<path${isBroken ? ' class="broken"' : ''} data-vifs="${escaped(own.join(' '))}" d="${path}"/>`;
  });
  const [w, h] = [Math.max(1, Math.ceil(Number(width) || 1)), Math.max(1, Math.ceil(Number(height) || 1))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="vif-picture" role="img" aria-labelledby="vif-picture-title" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">`,
    `<title id="vif-picture-title">${escaped(picture.title)}</title>`,
    `<style>${style}</style>`,
    ...lines,
    ...placed.map(box),
    '</svg>',
    '',
  ].join('\n');
}

function boxOf({ title, details }: PictureNode) {
  const longest = Math.max(...[title, ...details].map((text) => text.length));
  return {
    width: Math.ceil(longest * size.character + 2 * size.padding),
    height: (1 + details.length) * size.line + 2 * size.padding - 3,
  };
}

function placeOf(found: unknown): Omit<Placed, 'node'> {
  const { x = 0, y = 0, width = 0, height = 0 } = (found ?? {}) as Partial<Placed>;
  return { x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
}

function box({ node, x, y, width, height }: Placed): string {
  const texts = [node.title, ...node.details].map((text, i) => {
    const top = y + size.padding + size.line * i + 10;
    return `<text class="${i === 0 ? 'title' : 'detail'}" x="${x + size.padding}" y="${top}">${escaped(text)}</text>`;
  });
  const kind = node.kind === 'guest' ? 'guest ' : '';
  return [
    `<g class="node ${kind}${node.state}" data-vifs="${escaped(node.vifIds.join(' '))}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}"/>`,
    ...texts,
    '</g>',
  ].join('');
}

/** Escapes text and attributes for XML, and drops characters that XML cannot represent. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
