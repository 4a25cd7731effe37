import type { Difference } from '@vifkit/engine';

/** A VIF's way from the guest to the network, as a graph. */
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
  /** The attributes that the plan asks for. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** In what the host differs from them. */
  readonly differences: readonly Difference[];
}

/**
 * `card`: the guest's card and its host side; `member`: a link in a Linux bridge; `port`: a link in an Open
 * vSwitch bridge; `veth`: the ends of a pair, of links or of patch ports; `vlan`: a VLAN link and the one below it.
 */
export type EdgeKind = 'card' | 'member' | 'port' | 'veth' | 'vlan';

export interface PlumbingEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** The host lacks the connection. */
  readonly missing: boolean;
}
