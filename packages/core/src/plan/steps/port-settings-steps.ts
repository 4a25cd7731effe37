/** A limit on a port's traffic. */
export interface RateLimit {
  /** In kilobits (1 000 bits) a second. */
  readonly rate: number;
  /** What may pass at once before that, in kilobits; a tenth of the rate unless given. */
  readonly burst?: number;
}

/**
 * How a port of Open vSwitch takes part in its network. All of it holds: what is left out is taken away, such as a tag
 * that the port had.
 */
export interface OvsPortSettingsStep {
  readonly kind: 'ovsPortSettings';
  readonly name: string;
  /** The access VLAN; the native one of a port that has trunks. */
  readonly vlan?: number;
  /** The VLANs that come to the guest with their tags. */
  readonly trunks?: readonly number[];
  /** Ports that are isolated do not reach each other on their bridge (`protected`). */
  readonly isolated?: boolean;
  /** What comes from the guest: more is dropped (ingress policing, as Open vSwitch calls it). */
  readonly ingress?: RateLimit;
  /** What goes to the guest: more waits in a queue, or is dropped if that is full. */
  readonly egress?: RateLimit;
}

/** How a member of a Linux bridge takes part in its network. All of it holds, as of {@link OvsPortSettingsStep}. */
export interface BridgePortStep {
  readonly kind: 'bridgePort';
  /** The link. */
  readonly name: string;
  /** Its bridge, which filters VLANs from then on. */
  readonly bridge: string;
  /** The access VLAN, or the native one; 1, the bridge's own, unless given. */
  readonly vlan?: number;
  readonly trunks?: readonly number[];
  readonly isolated?: boolean;
  /** The member by which the bridge reaches the network: it carries all of these VLANs with their tags. */
  readonly uplink?: string;
}
