/**
 * The steps that a plan is made of. Steps are data: they say what the host must be like, never how to get
 * there. All but `custom` survive JSON.
 */
export type Step =
  | LinkStep
  | LinkAbsentStep
  | OvsBridgeStep
  | OvsPortStep
  | OvsPortAbsentStep
  | VfStep
  | CommandStep
  | CustomStep;

export type StepKind = Step['kind'];

/** An ordered list of steps. */
export type Plan = readonly Step[];

/** How to make a link that does not exist. */
export type LinkCreation =
  | { readonly type: 'bridge' }
  | { readonly type: 'veth'; readonly peer: string }
  | { readonly type: 'tap'; readonly multiQueue?: boolean }
  | { readonly type: 'vlan'; readonly link: string; readonly id: number }
  /** A command of the plan, before this step, makes the link, of whatever type; the command's undo removes it. */
  | { readonly type: 'command' };

export type LinkType = Exclude<LinkCreation['type'], 'command'>;

/** Settings of a Linux bridge. Times are in seconds. */
export interface BridgeAttributes {
  readonly forwardDelay?: number;
  readonly stp?: boolean;
  readonly multicastSnooping?: boolean;
  /** How long an address is remembered; 0 makes the bridge forget at once, and so flood. */
  readonly ageing?: number;
}

/** Attributes of a link. What is left out is free. */
export interface LinkAttributes {
  readonly up?: boolean;
  readonly mtu?: number;
  /** The MAC address. */
  readonly address?: string;
  /** The bridge that the link is a member of. */
  readonly master?: string;
  readonly promisc?: boolean;
  /** `false` turns IPv6 off on the link (`net.ipv6.conf.NAME.disable_ipv6`). */
  readonly ipv6?: boolean;
  /** `net.ipv4.conf.NAME.arp_ignore` and `.arp_announce`. */
  readonly arpIgnore?: number;
  readonly arpAnnounce?: number;
  readonly bridge?: BridgeAttributes;
}

/** A link that must exist with these attributes. */
export interface LinkStep {
  readonly kind: 'link';
  readonly name: string;
  /** How to make the link when it is missing. Without it the link has to be there. */
  readonly create?: LinkCreation;
  /** Attributes that hold at all times: a difference is corrected. */
  readonly set?: LinkAttributes;
  /** Attributes given to a link that this step makes; an existing link keeps its own. */
  readonly initial?: LinkAttributes;
  /**
   * Other VIFs use the link as well. It is then locked while a call runs, and undoing its creation leaves
   * it in place once something else is a member of it.
   */
  readonly shared?: boolean;
}

/** A link that must not exist. */
export interface LinkAbsentStep {
  readonly kind: 'linkAbsent';
  readonly name: string;
  /** The type that the link must have to be removed. */
  readonly type: LinkType;
  /** The link is the VIF's own by its name: it goes even without our mark. */
  readonly own: boolean;
}

export type OvsDatapathType = 'system' | 'netdev' | 'dummy';

/** An Open vSwitch bridge that must exist. */
export interface OvsBridgeStep {
  readonly kind: 'ovsBridge';
  readonly name: string;
  /** The datapath of a bridge that this step makes; changing it later would cut off every port there is. */
  readonly datapathType: OvsDatapathType;
  /**
   * The least MTU of the bridge's local port. Networks of different MTU share a bridge: raising it only
   * keeps them from undoing each other's setting at every plug.
   */
  readonly mtu?: number;
}

/** An Open vSwitch port that must exist on this bridge, with one interface of the same name. */
export interface OvsPortStep {
  readonly kind: 'ovsPort';
  readonly bridge: string;
  readonly name: string;
  /** The interface's type; '' is a link of the kernel. */
  readonly type?: string;
  /** The access VLAN. */
  readonly tag?: number;
  readonly externalIds: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  readonly mtuRequest?: number;
  /** The step is done only once ovs-vswitchd has opened the port. `false` for a link that comes later. */
  readonly wired: boolean;
}

/** An Open vSwitch port that must not exist. */
export interface OvsPortAbsentStep {
  readonly kind: 'ovsPortAbsent';
  readonly name: string;
  /** The port is the VIF's own by its name: it goes even without our mark. */
  readonly own: boolean;
}

/**
 * Settings of an SR-IOV virtual function, made through its physical function. The function's own link is set up
 * or down by a `link` step, if the host has one: `facts.virtualFunction(address)` tells its name.
 */
export interface VfStep {
  readonly kind: 'vf';
  /** The PCI address of the virtual function. */
  readonly address: string;
  readonly mac?: string;
  /** 0 is no VLAN. */
  readonly vlan?: number;
  readonly trust?: boolean;
}

/** A vendor's tool. What it did cannot be seen, so it runs at each plug, unless {@link whenCreated}. */
export interface CommandStep {
  readonly kind: 'command';
  /** Program and arguments; never a shell's line. */
  readonly argv: readonly string[];
  /** What takes it back. */
  readonly undo?: readonly string[];
  /** Run only if this call makes the link of that name. */
  readonly whenCreated?: string;
  /**
   * Take it back only if this call makes the link of that name. A link that was there before may carry a
   * guest by now: a second plug that fails must not cut it off.
   */
  readonly undoWhenCreated?: string;
  /** Where the tool comes from: named when it is missing. */
  readonly vendor?: string;
}

/** The vendor's own code, for what no other step covers. */
export interface CustomStep {
  readonly kind: 'custom';
  /** What is done, and to what, as in `acme port 9b2d1e63`: two steps of one name are about the same thing. */
  readonly name: string;
  isDone(signal: AbortSignal): Promise<boolean>;
  apply(signal: AbortSignal): Promise<void>;
  /** Takes back what {@link apply} did; it must bear being called when `apply` failed half-way. */
  undo(signal: AbortSignal): Promise<void>;
}
