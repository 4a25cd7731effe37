import type { Picture, PictureNode, PictureState } from './picture.js';

const fill: Readonly<Record<PictureState, string>> = {
  sound: '#eef6ee',
  waiting: '#fdf6dd',
  broken: '#fbe3e1',
};
const line: Readonly<Record<PictureState, string>> = {
  sound: '#2f6b34',
  waiting: '#7a5b00',
  broken: '#b3150c',
};

/** A flowchart of Mermaid, which GitHub and many wikis draw. */
export function mermaid({ nodes, edges }: Picture): string {
  const ids = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
  return `${[
    'flowchart LR',
    ...nodes.map(
      (node) =>
        `  ${ids.get(node.id)}["${linesOf(node).map(escapedForMermaid).join('<br>')}"]:::${node.state}`,
    ),
    ...edges.map(
      ({ from, to, isBroken }) => `  ${ids.get(from)} ${isBroken ? '-. broken .-' : '---'} ${ids.get(to)}`,
    ),
    ...(['sound', 'waiting', 'broken'] as const).map(
      (state) => `  classDef ${state} fill:${fill[state]},stroke:${line[state]},color:#111`,
    ),
  ].join('\n')}\n`;
}

/** Escapes characters by number, as Mermaid requires: names may contain anything. */
function escapedForMermaid(text: string): string {
  return text.replaceAll(/[^\w .:,+-]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** A graph for Graphviz. */
export function dot({ title, nodes, edges }: Picture): string {
  return `${[
    `graph ${quoted(title)} {`,
    '  rankdir=LR; node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=11];',
    ...nodes.map(
      (node) =>
        `  ${quoted(node.id)} [label=${quoted(linesOf(node).join('\n'))} fillcolor="${fill[node.state]}" color="${line[node.state]}"];`,
    ),
    ...edges.map(
      ({ from, to, isBroken }) =>
        `  ${quoted(from)} -- ${quoted(to)}${isBroken ? ` [style=dashed color="${line.broken}"]` : ''};`,
    ),
    '}',
  ].join('\n')}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function linesOf({ title, details }: PictureNode): string[] {
  return [title, ...details];
}
