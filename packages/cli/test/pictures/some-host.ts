import type { Thing } from '@vifkit/engine';
import { type Picture, pictureOf, type VifPlumbing } from '../../src/pictures/picture.js';
import type { PlumbingEdge, PlumbingNode } from '../../src/plumbing/graph.js';

export const idOf = (number: number) => `${String(number).padStart(8, '0')}-704c-4c9f-8e1d-306f8ba25d02`;

function node(name: string, kind: PlumbingNode['kind'], more: Partial<PlumbingNode> = {}): PlumbingNode {
  return { name, kind, byHypervisor: false, missing: false, attributes: {}, differences: [], ...more };
}

const edge = (from: string, to: string, kind: PlumbingEdge['kind']): PlumbingEdge => ({
  from,
  to,
  kind,
  missing: false,
});

/** A guest's tap in a bridge of its own before br-int; the bridge is down if it is broken. */
export function hybrid(number: number, isBroken = false): VifPlumbing {
  const short = idOf(number).slice(0, 11);
  const [mac, tap, bridge, port] = [
    `fa:16:3e:00:00:${number + 10}`,
    `tap${short}`,
    `qbr${short}`,
    `qvo${short}`,
  ];
  const differences = isBroken ? [{ attribute: 'up', expected: true, actual: false }] : [];
  return {
    vif: {
      id: idOf(number),
      state: isBroken ? 'broken' : 'sound',
      why: isBroken ? [`link ${bridge} differs`] : [],
      type: 'ovs',
      mac,
    },
    plumbing: {
      nodes: [
        node(mac, 'guest'),
        node(bridge, 'bridge', { attributes: { mtu: 1450 }, differences }),
        node(port, 'veth'),
        node('br-int', 'ovsBridge'),
        node(tap, 'link', { byHypervisor: true }),
      ],
      edges: [
        edge(port, bridge, 'member'),
        edge(port, 'br-int', 'port'),
        edge(mac, tap, 'card'),
        edge(tap, bridge, 'member'),
      ],
    },
    legs: [],
  };
}

/** A guest's tap that is a port of br-int itself: a shorter way than the others'. */
export function direct(number: number): VifPlumbing {
  const [mac, port] = [`fa:16:3e:00:00:${number + 10}`, `tap${idOf(number).slice(0, 11)}`];
  return {
    vif: { id: idOf(number), state: 'sound', why: [], type: 'ovs', mac },
    plumbing: {
      nodes: [node(mac, 'guest'), node(port, 'ovsPort'), node('br-int', 'ovsBridge')],
      edges: [edge(port, 'br-int', 'port'), edge(mac, port, 'card')],
    },
    legs: [],
  };
}

const uplink: Thing = {
  kind: 'ovsPort',
  name: 'int-br-ex',
  vifIds: [],
  below: ['ovsBridge br-int'],
  isUplink: true,
  attributes: { type: 'patch' },
};

/** A host with so many VIFs, of which one is broken. */
export function someHost(count: number, broken?: number): Picture {
  const plumbings = Array.from({ length: count }, (_, i) => hybrid(i + 1, i + 1 === broken));
  return pictureOf('VIFs of host <1>', plumbings, [uplink]);
}
