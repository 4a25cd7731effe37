import type { EdgeKind, Plumbing, PlumbingEdge, PlumbingNode } from './plumbing.js';

/** Puts a graph together, from several mentions of a node. */
export class PlumbingBuilder implements Plumbing {
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

  /** Adds a node, or what is known of one that is there. */
  describe(name: string, known: Partial<PlumbingNode>): void {
    const { attributes, differences, ...before } = this.#nodes.get(name) ?? unknown(name);
    this.#nodes.set(name, {
      ...before,
      ...known,
      attributes: { ...attributes, ...known.attributes },
      differences: [...differences, ...(known.differences ?? [])],
    });
  }

  /** Adds a node that is only referred to, unless it is there. */
  mention(name: string, kind: PlumbingNode['kind']): void {
    const kindSoFar = this.#nodes.get(name)?.kind;
    if (kindSoFar === undefined || kindSoFar === 'link') this.describe(name, { kind });
  }

  /** Connects two nodes, unless they are: each end of a veth pair names the other. */
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

function unknown(name: string): PlumbingNode {
  return { name, kind: 'link', byHypervisor: false, missing: false, attributes: {}, differences: [] };
}
