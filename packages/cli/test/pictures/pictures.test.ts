import { describe, expect, it } from 'vitest';
import { html } from '../../src/pictures/html.js';
import { pictureOf } from '../../src/pictures/picture.js';
import { svg } from '../../src/pictures/svg.js';
import { dot, mermaid } from '../../src/pictures/text-pictures.js';
import { direct, hybrid, idOf, someHost } from './some-host.js';

describe('a picture', () => {
  it('has what VIFs share once, and knows whose everything is', () => {
    const { nodes, edges } = someHost(2, 2);
    expect(nodes.map(({ id }) => id)).toHaveLength(2 * 4 + 2);
    expect(nodes.find(({ id }) => id === 'br-int')).toMatchObject({
      state: 'sound',
      vifIds: [idOf(1), idOf(2)],
    });
    expect(nodes.filter(({ state }) => state === 'broken')).toMatchObject([
      { id: 'qbr00000002-70', details: ['Linux bridge', 'mtu 1450', 'up no, should be yes'] },
    ]);
    expect(edges).toContainEqual({ from: 'br-int', to: 'int-br-ex', isBroken: false });
  });

  it('leads from the guests to the network', () => {
    const { edges } = someHost(1);
    expect(edges).toContainEqual({ from: 'qbr00000001-70', to: 'qvo00000001-70', isBroken: false });
  });

  it('leads so from each guest, however short the way of another is', () => {
    const { edges } = pictureOf('a host', [direct(1), hybrid(2)]);
    expect(edges).toContainEqual({ from: 'tap00000001-70', to: 'br-int', isBroken: false });
    expect(edges).toContainEqual({ from: 'qvo00000002-70', to: 'br-int', isBroken: false });
  });

  it('tells once that something is missing, or what it waits for', () => {
    const { plumbing, ...given } = hybrid(1);
    const nodes = plumbing.nodes.map((node) => (node.kind === 'bridge' ? { ...node, missing: true } : node));
    const waiting = { name: 'tap00000001-70', state: 'waiting', why: 'its guest is off' } as const;
    const legs = [
      waiting,
      waiting,
      { name: 'qbr00000001-70', state: 'broken', why: 'it is missing' },
    ] as const;
    const { nodes: drawn } = pictureOf('a host', [{ ...given, plumbing: { ...plumbing, nodes }, legs }]);
    expect(drawn.filter(({ state }) => state !== 'sound')).toMatchObject([
      { title: 'qbr00000001-70', details: ['Linux bridge', 'mtu 1450', 'missing'] },
      { title: 'tap00000001-70', details: ['made by the hypervisor', 'its guest is off'] },
    ]);
  });

  it('keeps apart two guests of one MAC address', () => {
    const { nodes } = someHost(2);
    expect(nodes.filter(({ kind }) => kind === 'guest').map(({ id }) => id)).toEqual([
      `guest ${idOf(1)}`,
      `guest ${idOf(2)}`,
    ]);
  });
});

describe('written', () => {
  it('as Mermaid has no character that means something there', () => {
    const text = mermaid(someHost(1, 1));
    expect(text).toMatch(/^flowchart LR\n {2}n0\["fa:16:3e:00:00:11<br>guest"\]:::sound\n/);
    expect(text).toContain(':::broken\n');
  });

  it('for Graphviz has quoted names', () => {
    expect(dot(someHost(1))).toContain('"br-int" -- "int-br-ex";');
  });

  it('as SVG has every box and line, and escapes what comes from the host', () => {
    const picture = someHost(3, 3);
    const text = svg(picture);
    expect(text.match(/<rect /g)).toHaveLength(picture.nodes.length);
    expect(text.match(/<path /g)).toHaveLength(picture.edges.length);
    expect(text).toContain('VIFs of host &lt;1&gt;');
    expect(text).not.toMatch(/NaN|undefined/);
  });

  it('as HTML asks no server for anything', () => {
    const text = html(someHost(2));
    expect(text).not.toMatch(/(src|href)=|@import|url\(/);
    expect(text).toContain("default-src 'none'");
  });
});
