import { printable } from '../output/printable.js';
import { showValue } from '../output/show-value.js';
import type { Style } from '../output/style.js';
import type { NodeKind, PlumbingEdge, PlumbingNode } from './plumbing.js';

export const kindTitles: Readonly<Record<NodeKind, string>> = {
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

/** The attributes that are worth a word even where the host has them as they should be. */
const shown = ['up', 'mtu', 'address', 'mac', 'vlan', 'type', 'tag'];

/** Those that are not: all others are vendors' words. */
const quiet = ['promisc', 'ipv6', 'arpIgnore', 'arpAnnounce', 'trust', 'restore'];

/** What stands beside a node, or a veth pair, reached by a connection. */
export function describeNodes(
  nodes: readonly PlumbingNode[],
  by: PlumbingEdge | undefined,
  style: Style,
): string {
  const [first] = nodes;
  if (!first || first.kind === 'guest') return '';
  const missing = style('red', '✗ missing');
  const port = by?.kind === 'port' && by.to === first.name ? `port ${printable(by.from)}` : undefined;
  const words = [
    first.byHypervisor ? 'made by the hypervisor' : kindTitles[first.kind],
    ...(nodes.some((node) => node.missing) ? [missing] : []),
    ...nodes.flatMap((node) => attributeWords(node, nodes.length > 1 ? `${node.name} ` : '', style)),
    ...(port ? [by?.missing ? `${port} ${missing}` : port] : []),
    ...(by?.missing && !port ? [style('red', 'not connected')] : []),
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
